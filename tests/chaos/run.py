"""One run: tills trade, everything goes wrong that the seed says, and in the end nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from time import monotonic
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx

from backend.dev.sandbox.google.account import ISSUER_ID
from backend.wallets.google.names import object_id
from tests.chaos.checker import FASHION, Checker, fingerprints
from tests.chaos.faults import Break, plan
from tests.chaos.stack import Stack
from tests.chaos.tills import ANSWER_SECONDS, ChaosTill, Journal
from tests.world import ANNA, PASSWORD

CARDS, TILLS, GAP_SECONDS = 4, 3, 0.5
BOOKING_SECONDS, DELIVERY_SECONDS = 1.0, 15.0
"""How long after a fault the next booking may take, and an email or a pass."""
NEXT_SECONDS, DRAIN_SECONDS = 60.0, 120.0
"""After which a run has failed."""
PAUSES_PASS = """
UPDATE email_logs SET available_at = now() WHERE status = 'queued' AND available_at > now() + interval '15 seconds';
UPDATE outbox SET available_at = now() WHERE dead_at IS NULL AND available_at > now() + interval '15 seconds';
UPDATE wallet_links SET next_attempt_at = now(), attempts = 0 WHERE next_attempt_at > now() + interval '15 seconds'
"""
"""The minutes that a deferred email waits by rule: what follows is looked at now."""


@dataclass
class Report:
    seed: int
    faults: list[str] = field(default_factory=list)
    bookings: int = 0
    refusals: int = 0
    sent_again: int = 0
    worst_booking: float = 0.0
    """Seconds from the end of a fault to the next answered booking."""
    worst_after: str = ""
    email: float = 0.0
    pass_: float = 0.0
    drained: float = 0.0
    broken: list[str] = field(default_factory=list)

    @property
    def is_in_time(self) -> bool:
        return self.worst_booking <= BOOKING_SECONDS and max(self.email, self.pass_) <= DELIVERY_SECONDS

    def __str__(self) -> str:
        verdict = "; ".join(self.broken[:5]) or ("all is right" if self.is_in_time else "all is right, and late")
        kills = sum(name.startswith(("kill", "stop")) for name in self.faults)
        return (
            f"seed {self.seed}: {', '.join(self.faults)}\n  {len(self.faults)} faults, {kills} kills; {self.bookings} "
            f"bookings, {self.refusals} refused, {self.sent_again} sent again; next booking after "
            f"{self.worst_booking:.2f} s at worst ({self.worst_after}), email {self.email:.1f} s, pass "
            f"{self.pass_:.1f} s, all drained {self.drained:.1f} s: {verdict}\n"
        )


@dataclass
class Town:
    """A stack with its tills."""

    stack: Stack
    http: httpx.AsyncClient
    superuser: asyncpg.Pool
    fashion: UUID
    category: str
    reward: str

    async def run(self, seed: int, rounds: int) -> Report:
        chance, journal, report = Random(seed), Journal(), Report(seed)
        for program in self.stack.programs:
            program.deaths.clear()
        others = await fingerprints(self.superuser, self.fashion)
        tills = [self._till(await self._cards(journal), journal, Random(chance.random())) for _ in range(TILLS)]
        closed = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for till in tills:
                group.create_task(till.work_until(closed))
            for faults in plan(chance, rounds):
                await asyncio.sleep(chance.uniform(0, GAP_SECONDS))
                await self._break(faults, chance, journal, report)
            await self._deliver(tills[0], report)
            closed.set()
        report.drained = await seconds_until(self.is_drained, DRAIN_SECONDS)
        report.broken = await Checker(self.stack, self.superuser, self.fashion, others).broken(journal)
        report.bookings, report.refusals = len(journal.booked), sum(journal.refused.values())
        report.sent_again = journal.sent_again
        return report

    async def _break(self, faults: tuple[Break, ...], chance: Random, journal: Journal, report: Report) -> None:
        names = [fault.__name__ for fault in faults]
        report.faults += names
        await asyncio.gather(*(fault(self.stack, chance) for fault in faults))
        ended = monotonic()
        journal.has_success.clear()
        async with asyncio.timeout(NEXT_SECONDS):
            await journal.has_success.wait()
        if (seconds := monotonic() - ended) > report.worst_booking:
            report.worst_booking, report.worst_after = seconds, " and ".join(names)

    async def _deliver(self, till: ChaosTill, report: Report) -> None:
        """An email and a pass of something that happens after the last fault."""
        email = await till.enroll()
        await till.earn(card := till.cards[0])

        async def is_in_mailbox() -> bool:
            return any(email in recipients for _, recipients in self.stack.post_office.envelopes)

        async def is_on_phone() -> bool:
            shown = self.stack.google.fake.passes.get("loyaltyObject", object_id(ISSUER_ID, UUID(card)))
            balance = await self.superuser.fetchval("SELECT points_balance FROM cards WHERE id = $1", UUID(card))
            return bool(shown.body["loyaltyPoints"]["balance"]["int"] == balance)

        report.email, report.pass_ = await asyncio.gather(
            seconds_until(is_in_mailbox, DRAIN_SECONDS), seconds_until(is_on_phone, DRAIN_SECONDS)
        )

    async def is_drained(self) -> bool:
        await self.superuser.execute(PAUSES_PASS)
        checker, journal = Checker(self.stack, self.superuser, self.fashion, {}), Journal()
        return not (await checker.outbox(journal) or await checker.passes(journal))

    def _till(self, cards: list[str], journal: Journal, chance: Random) -> ChaosTill:
        return ChaosTill(self.http, self.stack.addresses, cards, self.category, self.reward, journal, chance)

    async def _cards(self, journal: Journal) -> list[str]:
        """New ones, each in a wallet."""
        till = self._till([], journal, Random(0))
        for _ in range(CARDS):
            await till.enroll()
        cards = [card for kind, (card, *_) in journal.booked.values() if kind == "enrolled"][-CARDS:]
        for card in cards:
            path = urlsplit(self.stack.services.links.save_url(self.fashion, UUID(card), 0)).path

            async def is_saved(address: str = f"{self.stack.addresses[0]}{path}") -> bool:
                # The breaker that the faults of the run before have opened says for a while: try again in a minute.
                return (await self.http.get(address)).status_code == 302

            assert await seconds_until(is_saved, DRAIN_SECONDS) < DRAIN_SECONDS, card
        return cards


async def seconds_until(is_so: Callable[[], Awaitable[bool]], limit: float) -> float:
    """`limit` when it never is."""
    began = monotonic()
    while monotonic() - began < limit:
        if await is_so():
            return monotonic() - began
        await asyncio.sleep(0.1)
    return limit


@asynccontextmanager
async def open_town(stack: Stack) -> AsyncIterator[Town]:
    async with AsyncExitStack() as opened:
        http = await opened.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS))
        api = f"{stack.addresses[0]}/api/v1"
        answer = await http.post(f"{api}/auth/sign-in", json={"email": ANNA.email, "password": PASSWORD})
        http.headers["authorization"] = f"Bearer {answer.raise_for_status().json()['token']}"
        program = (await http.get(f"{api}/store/loyalty/program")).raise_for_status().json()
        category, reward = program["categories"][0]["id"], program["rewards"][0]["id"]
        # A pool opens another connection when its own has ended.
        superuser = await opened.enter_async_context(asyncpg.create_pool(stack.superuser_url, min_size=1, max_size=1))
        town = Town(stack, http, superuser, await superuser.fetchval(FASHION), category, reward)
        # What the demo world has left to do.
        await seconds_until(town.is_drained, DRAIN_SECONDS)
        yield town
