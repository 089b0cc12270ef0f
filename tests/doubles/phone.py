"""A wallet provider that records what its phones show and fails as configured."""

import asyncio
import hashlib
import random
from uuid import UUID

import msgspec
from msgspec.structs import replace

from backend.wallets.ports import (
    CardSnapshot,
    NotifyReason,
    Permanent,
    ProgramSnapshot,
    Provider,
    Transient,
    WalletProvider,
)

Fault = BaseException | None


class Killed(BaseException):
    """The process ends at this point."""


class Phones:
    """`fails` are raised by the next pushes, in order; `loses` drops the answer of pushes that succeeded."""

    def __init__(self, name: Provider = "google") -> None:
        self.name: Provider = name
        self.shown: dict[UUID, CardSnapshot] = {}
        self.pushed: list[CardSnapshot] = []
        self.rung: list[NotifyReason] = []
        self.fails: list[Fault] = []
        self.loses: list[Fault] = []
        self.programs: list[ProgramSnapshot] = []
        self.refuses_program: list[Fault] = []
        self.is_away = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.is_asked = asyncio.Event()

    def fingerprint(self, card: CardSnapshot) -> str:
        return hashlib.sha256(msgspec.json.encode(replace(card, version=0))).hexdigest()

    async def ensure_program(self, program: ProgramSnapshot, *, anyway: bool = False) -> None:  # noqa: ARG002 - told each time
        self._refuse(self.refuses_program)
        self.programs.append(program)

    async def push(self, card: CardSnapshot, notify: NotifyReason | None) -> None:
        self.is_asked.set()
        await self.may_answer.wait()
        self._refuse(self.fails)
        if self.is_away:
            raise Transient("no_answer", "The phone company is away.")
        self.shown[card.card_id] = card
        self.pushed.append(card)
        if notify is not None:
            self.rung.append(notify)
        self._refuse(self.loses)

    @staticmethod
    def _refuse(faults: list[Fault]) -> None:
        fault = faults.pop(0) if faults else None
        if fault is not None:
            raise fault

    def points(self, card_id: str | UUID) -> int:
        return self.shown[UUID(str(card_id))].points_balance


class Deck:
    """Draws in shuffled order: each card is drawn as often as it occurs in the deck before the next shuffle."""

    def __init__(self, seed: int, **counts: int) -> None:
        self._random = random.Random(seed)
        self._cards = [name for name, count in counts.items() for _ in range(count)]
        self._left: list[str] = []

    def draw(self) -> str:
        if not self._left:
            self._left = self._random.sample(self._cards, len(self._cards))
        return self._left.pop()


class ChaoticPhones(Phones):
    """A tenth of the pushes are delayed, some are refused, some answers are lost, some kill the caller; all take time.

    Of two concurrent pushes the older one may arrive last; `went_backwards` records when it did.
    """

    def __init__(self, seed: int, name: Provider = "google") -> None:
        super().__init__(name)
        self.kills = self.refusals = 0
        self.went_backwards: list[tuple[int, int]] = []
        self._random = random.Random(seed)
        self._deck = Deck(seed, busy=2, refused=2, lost=1, killed=1, well=14)

    async def push(self, card: CardSnapshot, notify: NotifyReason | None) -> None:
        await asyncio.sleep(self._random.uniform(0, 0.15))
        fate = self._deck.draw()
        if fate == "busy":
            raise Transient("503", "Busy.")
        if fate == "refused":
            self.refusals += 1
            raise Permanent("400", "The color is no color.")
        shown = self.shown.get(card.card_id)
        await super().push(card, notify)
        if shown is not None and shown.version > card.version:
            self.went_backwards.append((shown.version, card.version))
        if fate == "lost":
            raise Transient("504", "The answer was lost.")
        if fate == "killed":
            self.kills += 1
            raise Killed
        await asyncio.sleep(self._random.uniform(0, 0.01))


class Mortal:
    """A real provider whose worker is sometimes killed right after a push."""

    def __init__(self, provider: WalletProvider, seed: int) -> None:
        self.name: Provider = provider.name
        self.kills = 0
        self._provider, self._deck = provider, Deck(seed, killed=1, well=11)

    def fingerprint(self, card: CardSnapshot) -> str:
        return self._provider.fingerprint(card)

    async def ensure_program(self, program: ProgramSnapshot, *, anyway: bool = False) -> None:
        await self._provider.ensure_program(program, anyway=anyway)

    async def push(self, card: CardSnapshot, notify: NotifyReason | None) -> None:
        await self._provider.push(card, notify)
        if self._deck.draw() == "killed":
            self.kills += 1
            raise Killed
