"""What staff do on a tablet: booked with the device and the person, whose PIN is verified as at any till."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.access.permissions import MANAGE_CARDS
from backend.merchants.models import Store
from tests.conftest import OpenShop
from tests.doubles.tablet import Tablet
from tests.world.caller import Json, new_key, refused
from tests.world.devices import a_tablet, the_device
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import id_of

PIN, OTHER_PIN = "2468", "1357"


@pytest.fixture
async def guarded(opened: OpenShop) -> Shop:
    shop = await opened(policy={"staff_pin_policy": "required"})
    await shop.give_pin("anna", PIN)
    await shop.give_pin("claire", OTHER_PIN)
    return shop


async def booked(superuser: asyncpg.Connection, booking: Json) -> Any:
    row = "SELECT user_id, device_id, staff_pin_id, store_id FROM transactions WHERE id = $1"
    return await superuser.fetchrow(row, UUID(id_of(booking["transaction"])))


async def test_a_tablet_does_all_its_app_needs(guarded: Shop, superuser: asyncpg.Connection) -> None:
    """The app's list of calls, as the profile `till`: none may be found missing at the counter."""
    tablet = (await a_tablet(guarded)).used_by(guarded.user_ids["anna"], PIN)
    assert (await tablet.program())["rewards"]
    card = await tablet.enroll("marie.weber@example.com", first_name="Marie", last_name="Weber")
    assert (await tablet.find(card["code"]))[0]["id"] == card["id"]
    assert (await tablet.find("weber"))[0]["id"] == card["id"]
    key = new_key()
    sale = await tablet.earn(card, cents=15000, key=key)
    assert await tablet.state_of(key) == "booked"
    stamp = await tablet.stamp(card)
    redeemed = await tablet.redeem(card, guarded.rewards[100])
    await tablet.void(redeemed)
    assert (await tablet.show(card))["points_balance"] == 150
    assert len((await tablet.history(card))["data"]) == 5, "with the enrollment"
    assert (await tablet.bookings())["data"]
    assert (await tablet.booking(sale["transaction"]))["id"] == id_of(sale["transaction"])
    assert (await tablet.till(card))["card"]["id"] == card["id"]
    for booking in (sale, stamp, redeemed):
        row = await booked(superuser, booking)
        assert str(row["device_id"]) == tablet.state.device_id
        assert row["user_id"] == guarded.user_ids["anna"]
        assert row["staff_pin_id"] is not None
        assert row["store_id"] == guarded.store_ids[guarded.hub]


async def test_a_kiosk_does_all_its_app_needs_and_no_more(guarded: Shop) -> None:
    kiosk = (await a_tablet(guarded, profile="kiosk")).used_by(guarded.user_ids["anna"], PIN)
    await kiosk.program()
    card = await kiosk.enroll(
        "marie.weber@example.com", first_name="Marie", last_name="Weber", phone="+352 621 123 456"
    )
    for query in (card["code"], "marie.weber@example.com", "+352 621 123 456"):
        assert [found["id"] for found in await kiosk.find(query)] == [card["id"]]
    await kiosk.show(card)
    sale = await kiosk.earn(card, cents=15000)
    await kiosk.stamp(card)
    await kiosk.redeem(card, guarded.rewards[100])
    for asked in (
        kiosk.till(),
        kiosk.history(card),
        kiosk.bookings(),
        kiosk.booking(sale["transaction"]),
        kiosk.void(sale),
    ):
        with refused("not_for_devices", 403):
            await asked


async def test_names_are_no_secret_and_find_nobody_at_a_kiosk(shop: Shop) -> None:
    kiosk = await a_tablet(shop, profile="kiosk")
    await shop.a_card(first_name="Marie", last_name="Weber", phone="+352 621 123 456")
    for query in ("weber", "marie weber", "3456"):
        assert await kiosk.find(query) == []


@pytest.mark.parametrize("policy", ["disabled", "optional"])
async def test_nothing_is_booked_at_a_kiosk_without_a_pin(opened: OpenShop, policy: str) -> None:
    shop = await opened(policy={"staff_pin_policy": policy})
    await shop.give_pin("anna", PIN)
    kiosk, card = await a_tablet(shop, profile="kiosk"), await shop.a_card()
    with refused("pin_required", 403):
        await kiosk.earn(card, cents=100)
    with refused("pin_required", 403):
        await kiosk.earn(card, cents=100, staff_id=str(shop.user_ids["anna"]))
    await kiosk.used_by(shop.user_ids["anna"], PIN).earn(card, cents=100)


async def test_at_a_till_the_policy_decides_about_the_pin(opened: OpenShop) -> None:
    shop = await opened(policy={"staff_pin_policy": "optional"})
    tablet, card = await a_tablet(shop), await shop.a_card()
    nobody = await tablet.earn(card, cents=100)
    assert nobody["transaction"]["user"] is None
    named = await tablet.used_by(shop.user_ids["anna"], None).earn(card, cents=100)
    assert named["transaction"]["user"] == "Anna"


async def test_a_pin_is_somebodys(guarded: Shop) -> None:
    tablet, card = await a_tablet(guarded), await guarded.a_card()
    with refused("pin_required", 403):
        await tablet.earn(card, cents=100)
    with refused("validation_failed", 422) as said:
        await tablet.earn(card, cents=100, staff_pin=PIN)
    assert said[0]["errors"][0]["pointer"] == "/staff_id"
    with refused("pin_invalid", 403):
        await tablet.used_by(guarded.user_ids["claire"], PIN).earn(card, cents=100)
    await tablet.used_by(guarded.user_ids["claire"], OTHER_PIN).earn(card, cents=100)


async def test_people_act_under_their_own_name(shop: Shop) -> None:
    card = await shop.a_card()
    with refused("validation_failed", 422) as said:
        await shop.anna.earn(card, cents=100, staff_id=str(shop.user_ids["claire"]))
    assert said[0]["errors"][0]["code"] == "only_from_device"


async def test_only_people_of_the_store_work_at_its_tablets(guarded: Shop) -> None:
    await guarded.give_pin("luc", PIN)
    tablet, card = await a_tablet(guarded), await guarded.a_card()
    for user_id in (guarded.user_ids["luc"], uuid4()):
        with refused("staff_not_here", 403):
            await tablet.used_by(user_id, PIN).earn(card, cents=100)


async def test_a_person_who_has_left_works_at_no_tablet(guarded: Shop, superuser: asyncpg.Connection) -> None:
    """The tablet itself belongs to the store, and goes on."""
    tablet, card = await a_tablet(guarded), await guarded.a_card()
    await tablet.used_by(guarded.user_ids["anna"], PIN).earn(card, cents=100)
    await superuser.execute("UPDATE merchant_members SET left_at = now() WHERE user_id = $1", guarded.user_ids["anna"])
    with refused("staff_not_here", 403):
        await tablet.earn(card, cents=100)
    await tablet.used_by(guarded.user_ids["claire"], OTHER_PIN).earn(card, cents=100)


async def test_a_person_may_no_more_at_a_tablet_than_at_a_till(shop: Shop) -> None:
    helper = await shop.hire(shop.hub, permissions=[MANAGE_CARDS])
    tablet, card = await a_tablet(shop), await shop.a_card()
    sale = await tablet.used_by((await helper.me())["id"], None).earn(card, cents=100)
    with refused("forbidden", 403):
        await tablet.void(sale)


async def test_a_closed_store_has_no_till_but_its_tablets_still_report(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    await shop.change(Store, is_active=False)
    with refused("store_not_found", 404):
        await tablet.program()
    await tablet.heartbeat(pending_count=2)
    assert (await the_device(shop, tablet))["pending_count"] == 2
    await shop.change(Store, is_active=True)
    await tablet.program()


async def test_a_tablet_books_at_its_own_store_only(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    with refused("store_not_found", 404):
        await tablet.at(shop.outlet).program()


async def test_a_limit_for_each_device_counts_its_bookings_alone(shop: Shop) -> None:
    office = Office.of(shop.claire)
    await office.set_fraud_limits({"scope": "device", "measure": "points_earned", "window_minutes": 60, "maximum": 100})
    left, right = await a_tablet(shop), await a_tablet(shop, name="Counter right")
    card = await shop.a_card()
    await left.earn(card, cents=10000)
    with refused("limit_reached", 409) as said:
        await left.earn(card, cents=100)
    assert said[0]["scope"] == "device"
    await right.earn(card, cents=100)


async def test_what_was_booked_on_a_tablet_is_undone_there_without_a_pin(guarded: Shop) -> None:
    tablet = (await a_tablet(guarded)).used_by(guarded.user_ids["anna"], PIN)
    other = await a_tablet(guarded, name="Counter right")
    sale = await tablet.earn(await guarded.a_card(), cents=100)
    with refused("pin_required", 403):
        await other.used_by(guarded.user_ids["anna"], None).void(sale)
    await tablet.used_by(guarded.user_ids["anna"], None).void(sale)


@pytest.mark.parametrize("profile", ["till", "kiosk"])
async def test_a_tablet_sees_customers_masked(shop: Shop, profile: str) -> None:
    """In every view it can reach: found, shown, booked, in the history and on the till's page."""
    told: Json = {
        "first_name": "Marie",
        "last_name": "Weber",
        "phone": "+352621123456",
        "birth_date": date(1990, 4, 12),
    }
    email = f"marie.weber.{uuid4().hex[:6]}@example.com"
    tablet, card = await a_tablet(shop, profile=profile), await shop.a_card(points=200, email=email, **told)
    answers = [await tablet.send("POST", "/store/loyalty/cards/lookup", json={"query": card["code"]})]
    answers += [await tablet.send("GET", path) for path in _views(card, profile)]
    answers += [await _enrolled_again(tablet, email)]
    if profile == "till":
        answers += [await tablet.send("POST", f"/store/loyalty/cards/{card['id']}/stamps", json={}, key=new_key())]
    assert {answer.status_code for answer in answers} <= {200, 201}
    for answer in answers:
        assert not {secret for secret in ("Weber", "weber", "621123", "1990-04-12") if secret in answer.text}
    customer = answers[0].json()["cards"][0]["customer"]
    assert (customer["name"], customer["email"], customer["phone"]) == ("Marie W.", "m***@example.com", "***56")
    shown = [answer.json() for answer in answers if "page_url" in answer.json()]
    assert shown
    assert all((view["page_url"] is None) == (profile == "kiosk") for view in shown)


def _views(card: Json, profile: str) -> list[str]:
    of_card = f"/store/loyalty/cards/{card['id']}"
    of_till = [f"{of_card}/transactions", "/store/loyalty/transactions", f"/store/loyalty/till?card_id={card['id']}"]
    return [of_card, *(of_till if profile == "till" else [])]


async def _enrolled_again(tablet: Tablet, email: str) -> Any:
    return await tablet.send("POST", "/store/loyalty/cards/enroll", json={"email": email}, key=new_key())


async def test_the_key_of_somebody_else_shows_a_tablet_no_unmasked_customer(shop: Shop) -> None:
    """Keys of a web shop are its order numbers: a tablet that knows an order could ask for its answer."""
    tablet = await a_tablet(shop)
    card = await shop.anna.enroll("marie.weber@example.com", first_name="Marie", last_name="Weber")
    key = new_key()
    told = await shop.anna.earn(card, cents=1000, key=key)
    assert told["card"]["customer"]["email"] == "marie.weber@example.com"
    with refused("idempotency_key_reused", 422) as said:
        await tablet.earn(card, cents=1000, key=key)
    assert "marie" not in said[0].answer.text
    assert (await shop.anna.show(card))["points_balance"] == 10
