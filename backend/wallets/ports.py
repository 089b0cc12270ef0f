"""What a wallet provider is to the sync: absolute states in, success or one of three failures out."""

from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from environment.logs import without_tokens
from i18n.translator import get_translator

Provider = Literal["google", "apple"]
LinkKey = tuple[UUID, UUID, Provider]
"""Merchant, card, provider."""
PROGRAM_REFUSED = "class_"
"""How the code of a refusal begins that is no fault of the card."""


class ProgramSnapshot(msgspec.Struct, frozen=True):
    """What all passes of a merchant share, at one moment. Texts are by language."""

    merchant_id: UUID
    program_id: UUID
    merchant_name: str
    name: str
    card_name: str
    card_color: str
    """#RRGGBB."""
    logo_url: str | None
    type: Literal["stamps", "points", "hybrid"]
    stamps_target: int
    stamp_reward: dict[str, str]
    terms_text: dict[str, str]
    terms_url: str | None
    privacy_url: str | None
    default_language: str
    timezone: str
    stores: list[str]
    """Names of the stores that are open."""

    def in_language(self, texts: dict[str, str], language: str) -> str:
        """In this language, else in the program's own, else in any; empty when there is no text at all."""
        return texts.get(language) or texts.get(self.default_language) or next(iter(texts.values()), "")


class CardSnapshot(msgspec.Struct, frozen=True):
    """A card as its passes must show it: absolute, read in one statement together with its version."""

    card_id: UUID
    version: int
    """`cards.wallet_version` when this was read."""
    state: Literal["active", "deactivated", "merged", "erased"]
    code: str
    customer_name: str | None
    """None once erased: nothing personal may be sent any more."""
    language: str
    points_balance: int
    debt_points: int
    stamp_count: int
    next_expiry_at: datetime | None
    next_expiry_points: int
    next_reward: dict[str, str] | None
    """The cheapest reward the balance does not reach yet, else the dearest it reaches."""
    next_reward_points: int
    page_url: str
    """The customer's own card page."""
    program: ProgramSnapshot
    page_version: int = 0
    """Rises when the card's links are ended; a pass that was made before is none of the card's any more."""

    @property
    def is_live(self) -> bool:
        return self.state == "active"

    @property
    def reward_ready(self) -> bool:
        return self.program.type != "points" and self.stamp_count >= self.program.stamps_target

    @property
    def missing_points(self) -> int:
        """To the next reward, as at the till: what is owed is paid first. 0 when the balance is enough."""
        short = self.next_reward_points - self.points_balance
        return short + self.debt_points if short > 0 else 0


class NotifyReason(StrEnum):
    """Why the phone may ring. Spent by priority: most updates are silent."""

    REWARD_READY = "reward_ready"
    POINTS_EXPIRING = "points_expiring"


class Failure(Exception):
    """`detail` may be the provider's own words: they are kept and shown, and quote at times what they were sent."""

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, without_tokens(detail)
        super().__init__(f"{code}: {self.detail}")


class Transient(Failure):
    """Try again: a timeout, a 5xx, a 429. `retry_after` in seconds when the provider said so."""

    def __init__(self, code: str, detail: str, retry_after: float | None = None) -> None:
        super().__init__(code, detail)
        self.retry_after = retry_after


class Paused(Transient):
    """Nothing was sent: the breaker is open, or too many wait already. Costs the card none of its attempts."""


class Permanent(Failure):
    """Trying the same again is useless: this card's payload was refused, or its program's (`class_…`)."""


class Misconfigured(Failure):
    """The provider refuses us, not the card: stop sending and ring the operator."""


class WalletProvider(Protocol):
    """Idempotent: every call may be repeated, and states are absolute. Raises Transient, Permanent or Misconfigured."""

    name: Provider

    def fingerprint(self, card: CardSnapshot) -> str:
        """The same as long as the pass itself shows the same; what a program's passes share need not be in it."""

    async def ensure_program(self, program: ProgramSnapshot, *, anyway: bool = False) -> None:
        """Makes all passes show what they share. `anyway`: also what was told before."""

    async def push(self, card: CardSnapshot, notify: NotifyReason | None) -> None:
        """Makes the pass show this state; creates what is missing. A card that is not active expires on the phone."""


class CheckStep(msgspec.Struct, frozen=True):
    """One step of "does this wallet work": a sentence, and how to mend it when it does not.

    `sentence` and `mend` are English sources for the catalogs; they name `facts` as `%(fact)s`.
    """

    name: str
    """Stable, such as `file_readable`."""
    outcome: Literal["ok", "warning", "failed", "skipped"]
    sentence: str | tuple[str, str]
    mend: str = ""
    facts: dict[str, str | int] = {}

    def told(self, language: str) -> str:
        """The sentence. One with a plural is about days."""
        translator = get_translator(language)
        if isinstance(self.sentence, tuple):
            return translator.ngettext(*self.sentence, int(self.facts["days"]), **self.facts)
        return translator.gettext(self.sentence, **self.facts)
