"""A stolen tablet with everything on it: its token, its answers, and for a while its key."""

from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from sqlalchemy import select

from backend.core.models import Event
from backend.devices.simulator.state import TabletState
from backend.loyalty.ledger.allowances import release_allowances
from backend.staff_pins.actions import LOCKED_PEOPLE_MAX
from tests.conftest import OpenShop
from tests.doubles.tablet import Tablet
from tests.world.caller import NEVER_SHOWN, Refused, refused
from tests.world.devices import a_tablet, revoke, the_device
from tests.world.shop import Shop

PINS = {"anna": "2468", "claire": "1357"}
GUESSES = 5


@pytest.fixture
async def guarded(opened: OpenShop) -> Shop:
    shop = await opened(policy={"staff_pin_policy": "required", "lockout_attempts": GUESSES})
    for name, pin in PINS.items():
        await shop.give_pin(name, pin)
    return shop


async def guess(tablet: Tablet, card: Any, user_id: Any, times: int = GUESSES) -> list[str]:
    """Wrong PINs of one person, until something else is answered."""
    codes = []
    for number in range(times):
        with pytest.raises(Refused) as caught:
            await tablet.earn(card, cents=100, staff_id=str(user_id), staff_pin=f"97{number:02}1")
        codes.append(caught.value["code"])
    return codes


async def test_its_answers_hold_nothing_a_pin_could_be_guessed_from(guarded: Shop) -> None:
    tablet, card = await a_tablet(guarded), await guarded.a_card()
    answers: list[httpx.Response] = [
        await tablet.send("GET", "/store/loyalty/program"),
        await tablet.send("GET", f"/store/loyalty/till?card_id={card['id']}"),
        await tablet.send("GET", "/devices/me/bootstrap"),
        await tablet.send("POST", "/devices/me/token"),
    ]
    assert {answer.status_code for answer in answers} <= {200, 201}
    for answer in answers:
        assert not NEVER_SHOWN.search(answer.text)
        assert not {pin for pin in PINS.values() if f'"{pin}"' in answer.text}


async def test_a_copy_of_its_token_is_worth_nothing_elsewhere(guarded: Shop) -> None:
    tablet = await a_tablet(guarded)
    elsewhere = Tablet.beside(guarded.anna, TabletState(), tablet.token)
    for asked in (elsewhere.program(), elsewhere.roll(), elsewhere.heartbeat()):
        with refused("device_signature_invalid", 401):
            await asked


async def test_it_opens_no_office(guarded: Shop) -> None:
    tablet = await a_tablet(guarded)
    for path in ("/merchant/devices", "/merchant/staff", "/merchant/audit", "/auth/me", "/merchant/loyalty/rewards"):
        with refused("not_for_devices", 403):
            await tablet.get(path)


async def test_from_the_moment_it_is_revoked_it_does_nothing(guarded: Shop) -> None:
    tablet, card = (await a_tablet(guarded)).used_by(guarded.user_ids["anna"], PINS["anna"]), await guarded.a_card()
    await tablet.earn(card, cents=100)
    await revoke(guarded, tablet)
    with refused("TERMINAL_DEVICE_REVOKED", 401):
        await tablet.earn(card, cents=100)
    assert (await guarded.claire.at(guarded.hub).show(card))["points_balance"] == 1


async def test_who_guesses_pins_of_three_people_suspends_the_tablet(guarded: Shop) -> None:
    """Not only those people: whoever has it could lock everybody out."""
    colleague = await guarded.hire(guarded.hub)
    third = (await colleague.me())["id"]
    guarded.user_ids["third"] = UUID(third)
    await guarded.give_pin("third", "8642")
    tablet, card = await a_tablet(guarded), await guarded.a_card()
    for name in ("anna", "claire"):
        assert (await guess(tablet, card, guarded.user_ids[name]))[-1] == "pin_locked"
        assert (await the_device(guarded, tablet))["state"] == "paired"
    assert (await guess(tablet, card, third))[-1] == "pin_locked"
    assert (await the_device(guarded, tablet))["state"] == "suspended"
    with refused("device_suspended", 403):
        await tablet.program()
    await tablet.roll()
    resumed = await guarded.claire.post(f"/merchant/devices/{tablet.state.device_id}/resume")
    assert resumed["state"] == "paired"
    await tablet.program()
    assert LOCKED_PEOPLE_MAX == 3


async def test_with_everything_on_it_a_thief_redeems_nothing(opened: OpenShop) -> None:
    """Token, key, grant, allowance and queue, everything but the PIN: guesses lock it, and revoking gives all back."""
    shop = await opened(policy={"lockout_attempts": GUESSES})
    await shop.give_pin("anna", PINS["anna"])
    usual = (await shop.claire.get("/merchant/loyalty/offline-rules"))["rules"][0]
    rule = usual | {"operations": ["points", "redeem"]}
    await shop.claire.ask("PUT", "/merchant/loyalty/offline-rules", json={"rules": [rule]})
    tablet, card, anna = await a_tablet(shop), await shop.a_card(points=120), str(shop.user_ids["anna"])
    grant = await tablet.get_grant(anna, PINS["anna"])
    allowance = await tablet.hold_allowance(card["id"], grant["id"], 100)
    honest = tablet.state.new_queue()
    honest.open_grant(grant, PINS["anna"])
    honest.sold(card, 1_000)
    on_it = msgspec.json.encode([grant, allowance, honest.queue, await tablet.bootstrap()]).decode()
    assert not NEVER_SHOWN.search(on_it)
    assert f'"{PINS["anna"]}"' not in on_it

    thief = tablet.state.new_queue()
    for number in range(GUESSES):
        thief.open_grant(grant, f"97{number:02}")
        thief.redeemed(card, shop.rewards[100], allowance["id"])
    thief.open_grant(grant, PINS["anna"])
    thief.redeemed(card, shop.rewards[100], allowance["id"])
    reasons = [result["reason"] for result in await tablet.hand_in(thief)]
    assert reasons == [*["wrong_pin"] * GUESSES, "pin_locked"], "the sixth was right, and is not looked at"
    with refused("allowance_refused", 403):
        await tablet.hold_allowance(card["id"], grant["id"], 10)
    assert [result["reason"] for result in await tablet.hand_in(honest)] == ["pin_locked"], "a person decides"

    await revoke(shop, tablet)
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        revoked = Event.merchant_id == shop.merchant_id, Event.name == "device_access_revoked"
        await release_allowances(session, (await session.scalars(select(Event).where(*revoked))).one())
    for asked in (tablet.bootstrap(), tablet.roll(), tablet.hold_allowance(card["id"], grant["id"], 10)):
        with refused("TERMINAL_DEVICE_REVOKED", 401):
            await asked
    seen = await shop.claire.show(card)
    assert (seen["points_balance"], seen["held_points"]) == (120, 0)
