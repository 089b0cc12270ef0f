"""Whatever fails on the way, the phone is right in the end."""

import random
from datetime import timedelta

import pytest

from backend.core.clock import clock
from backend.loyalty.wallets.sync import Outcome
from backend.sandbox.apple.apns import Script
from tests.loyalty.wallets.apple.conftest import AppleWorld

FAULTS = [
    Script(status=503),
    Script(status=500, is_empty=True),
    Script(status=429),
    Script(trouble="rst"),
    Script(trouble="goaway"),
    Script(trouble="abort"),
]


@pytest.mark.slow
async def test_a_bad_day_at_apple_leaves_no_pass_wrong(world: AppleWorld) -> None:
    """Every second push fails somehow; one push in five never reaches its phone, though Apple has taken it."""
    chance = random.Random(11)
    phones = [world.phone() for _ in range(2)]
    cards = [await world.shop.a_card() for _ in range(3)]
    for phone in phones:
        for card in cards:
            await world.add(phone, card)
    for _ in range(30):
        card = chance.choice(cards)
        await world.shop.anna.earn(card, cents=chance.randrange(100, 900))
        for phone in phones:
            if chance.random() < 0.5:
                world.apple.apns.script(phone.push_token, chance.choice(FAULTS))
        world.apple.apns.pushes.clear()
        await world.update(card)
        for phone in phones:
            if phone.push_token in world.apple.apns.tokens() and chance.random() < 0.8:
                await phone.pushed()
    world.apple.apns.scripts.clear()
    assert world.services.apple is not None
    await world.services.apple.breaker.resume()  # as half a minute later
    for card in cards:
        clock.move(timedelta(minutes=2))
        assert (await world.update(card)).outcome in {Outcome.SYNCED, Outcome.CLEAN}
    for phone in phones:
        await phone.pushed()  # as after its next start
        shown = {held.shows("code"): held.shows("points") for held in phone.passes.values()}
        meant = [await world.shop.anna.show(card) for card in cards]
        assert shown == {spaced(card["code"]): str(card["points_balance"]) for card in meant}
        assert phone.complaints == []


def spaced(code: str) -> str:
    return " ".join(code[start : start + 4] for start in range(0, 16, 4))
