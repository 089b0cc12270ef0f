"""All faults together: busy and lost responses, killed workers, lost jobs, an outage, and busy tills.

Phones fetch when they are pushed, and never on their own: what they show in the end has been pushed.
"""

import asyncio
import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from backend.core.outbound import breaker
from backend.core.outbound.retry import pause_before
from backend.dev.sandbox.apple import pkpass
from backend.dev.sandbox.apple.iphone import FakeIPhone
from backend.dev.sandbox.apple.pushes import Script
from backend.wallets import leases, outcomes
from backend.wallets import sync as syncing
from backend.wallets.apple import apns, limits, provider, publish
from tests.doubles.phone import Killed, Mortal
from tests.wallets.apple.conftest import AppleWorld
from tests.wallets.chaos import book, catch_up_until_clean, dirty, job, trade
from tests.wallets.conftest import Wallet
from tests.world.till import Card

CARDS, PHONES, LATE_BOOKINGS = 4, 3, 12
KILLED_EVERY = 12
"""Claims of phones."""
FAULTS = (
    [Script(status=503)] * 5
    + [Script(status=500, is_empty=True)] * 5
    + [Script(fault="lost")] * 5
    + [Script(fault="rst")] * 3
    + [Script(fault="goaway")] * 2
    + [Script(fault="abort")] * 2
)
"""Of a hundred pushes."""


@dataclass
class BadDay:
    """Faults of Apple, and workers that are killed between claiming a phone and pushing it."""

    chance: random.Random
    is_away: bool = False
    claims: int = 0
    met: set[Script] = field(default_factory=set)

    def next_script(self, _token: str) -> Script:
        usual = FAULTS + [Script()] * (100 - len(FAULTS))
        script = Script(status=503) if self.is_away else self.chance.choice(usual)
        self.met.add(script)
        return script

    async def claim(self, *told: Any) -> publish.PushClaim:
        claimed = await publish.claim(*told)
        self.claims += 1
        if self.claims % KILLED_EVERY == 0:
            raise Killed
        return claimed

    def go_away(self, is_away: bool) -> None:
        self.is_away = is_away


class Pushed:
    """Phones that fetch when they are pushed, one push after the other."""

    def __init__(self, phones: list[FakeIPhone]) -> None:
        self._phones = {phone.push_token: phone for phone in phones}
        self._at_work = {phone.push_token: asyncio.Lock() for phone in phones}

    async def __call__(self, token: str) -> None:
        async with self._at_work[token]:
            await self._phones[token].pushed()


@pytest.fixture
def fast_time(world: AppleWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.services.apple is not None
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=1.5))
    monkeypatch.setattr(syncing, "PUSH_SECONDS", 1.3)
    monkeypatch.setattr(apns, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(apns, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(outcomes, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(outcomes, "pause_before", lambda *told: pause_before(*told) / 100)
    monkeypatch.setattr(publish, "COALESCED", timedelta(seconds=0.02))
    monkeypatch.setattr(breaker, "PROBE_SECONDS", 0.3)
    monkeypatch.setattr(world.services.apple.breaker, "_open_ms", 300)
    monkeypatch.setattr(limits, "PER_MINUTE", 100_000)
    # A process of its own for each pass that is opened, while nothing else can run.
    monkeypatch.setattr(pkpass, "OPENSSL", None)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [23])
async def test_in_the_end_every_phone_is_right_and_every_failure_was_reported(
    world: AppleWorld, fast_time: None, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    phones = [world.phone() for _ in range(PHONES)]
    cards = [await world.shop.a_card(points=10) for _ in range(CARDS)]
    for phone in phones:
        for card in cards:
            await world.add(phone, card)
    day = BadDay(random.Random(seed))
    monkeypatch.setattr(world.apple.apns, "next_script", day.next_script)
    monkeypatch.setattr(world.apple.apns, "_on_push", Pushed(phones))
    monkeypatch.setattr(provider, "claim", day.claim)
    assert world.services.apple is not None
    mortal = Mortal(world.services.apple.wallet, seed)
    sync = replace(world.services.wallet_sync, providers={"apple": mortal})
    wallet = Wallet(sync, world.superuser, "apple", world.shop)

    await trade(wallet, cards, random.Random(seed), day.go_away)
    assert {Script(status=503), Script(fault="lost")} < day.met
    await catch_up_until_clean(wallet)
    await all_are_right(world, phones, cards)
    for number in range(LATE_BOOKINGS):
        # A single change without a later push; two workers sync it.
        card = cards[number % CARDS]
        await book(wallet, card, 1)
        await asyncio.gather(*(job(wallet, card, asyncio.Semaphore(2)) for _ in range(2)))
        if await dirty(wallet):
            await catch_up_until_clean(wallet)
        await all_are_right(world, phones, cards)
    assert mortal.kills > 0
    assert day.claims > KILLED_EVERY


async def all_are_right(world: AppleWorld, phones: list[FakeIPhone], cards: list[Card]) -> None:
    await asyncio.gather(*world.apple.apns._tasks)
    meant = {spaced(card["code"]): str((await world.shop.anna.show(card))["points_balance"]) for card in cards}
    for phone in phones:
        assert {held.shows("code"): held.shows("points") for held in phone.passes.values()} == meant


def spaced(code: str) -> str:
    return " ".join(code[start : start + 4] for start in range(0, 16, 4))
