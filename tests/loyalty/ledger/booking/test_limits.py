"""So much and no more: for each card, person, device and store, within a window of time."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.access.permissions import MANAGE_PROGRAMS, TILL
from backend.core.clock import clock
from backend.core.idempotency import Key
from backend.core.ids import new_id
from backend.loyalty.fraud_limits.models import FraudLimit
from backend.loyalty.ledger.booking.request import BookingRequest
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.problems.limits import LimitReached
from backend.loyalty.ledger.schemas.bookings import Earn
from backend.staff.models import StoreMember
from tests.conftest import OpenShop
from tests.world.caller import new_key, outcome, refused
from tests.world.shop import Shop
from tests.world.till import Till

OVERRIDES = "SELECT override_user_id FROM transactions WHERE merchant_id = $1 AND override_user_id IS NOT NULL"


async def limit(shop: Shop, scope: str, measure: str, maximum: int, window_minutes: int = 60) -> None:
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        session.add(
            FraudLimit(
                merchant_id=shop.merchant_id,
                id=new_id(),
                scope=scope,
                measure=measure,
                window_minutes=window_minutes,
                maximum=maximum,
            )
        )


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def owner_with_pin(shop: Shop, pin: str = "97531") -> dict[str, str]:
    await shop.give_pin("claire", pin)
    return {"email": shop.emails["claire"].upper(), "pin": pin}


async def test_one_card_earns_so_often_within_the_window_and_again_afterwards(shop: Shop) -> None:
    await limit(shop, "card", "earns", 2)
    card, other, first = await shop.a_card(), await shop.a_card(), clock.now()
    await shop.anna.earn(card, cents=100)
    clock.move(timedelta(minutes=10))
    await shop.luc.earn(card, cents=100)
    with refused("limit_reached", 409) as said:
        await shop.anna.earn(card, cents=100)
    facts = said[0].facts
    assert (facts["scope"], facts["measure"], facts["maximum"], facts["window_minutes"]) == ("card", "earns", 2, 60)
    assert abs(moment(facts["retry_at"]) - first - timedelta(minutes=60)) < timedelta(seconds=5)
    await shop.anna.earn(other, cents=100)
    clock.move(moment(facts["retry_at"]) - clock.now() - timedelta(seconds=2))
    with refused("limit_reached", 409):
        await shop.anna.earn(card, cents=100)
    clock.move(timedelta(seconds=2))
    await shop.anna.earn(card, cents=100)


async def test_points_count_by_their_number_and_the_time_told_is_when_enough_is_free(shop: Shop) -> None:
    await limit(shop, "card", "points_earned", 100)
    card, start = await shop.a_card(), clock.now()
    for points in (30, 30, 40):
        await shop.anna.earn(card, cents=points * 100)
        clock.move(timedelta(minutes=5))
    with refused("limit_reached", 409) as said:
        await shop.anna.earn(card, cents=5000)
    assert abs(moment(said[0]["retry_at"]) - start - timedelta(minutes=65)) < timedelta(seconds=5)


async def test_a_booking_that_alone_is_more_than_the_limit_is_never_possible(shop: Shop) -> None:
    await limit(shop, "card", "points_earned", 100)
    card = await shop.a_card()
    with refused("limit_reached", 409) as said:
        await shop.anna.earn(card, cents=10_100)
    assert said[0]["retry_at"] is None
    assert "100" in said[0]["detail"]


async def test_of_two_limits_the_one_that_lasts_longest_is_told(shop: Shop) -> None:
    await limit(shop, "card", "earns", 1, 60)
    await limit(shop, "card", "earns", 1, 2880)
    card, start = await shop.a_card(), clock.now()
    await shop.anna.earn(card, cents=100)
    with refused("limit_reached", 409) as said:
        await shop.anna.earn(card, cents=100)
    assert said[0]["window_minutes"] == 2880
    assert abs(moment(said[0]["retry_at"]) - start - timedelta(days=2)) < timedelta(seconds=5)


async def test_a_person_is_counted_over_all_cards_and_whether_or_not_a_pin_was_given(shop: Shop) -> None:
    await limit(shop, "staff_pin", "stamps", 2)
    await shop.give_pin("anna", "2468")
    await shop.anna.stamp(await shop.a_card(), staff_pin="2468")
    await shop.anna.stamp(await shop.a_card())
    with refused("limit_reached", 409) as said:
        await shop.anna.stamp(await shop.a_card())
    assert said[0]["scope"] == "staff_pin"
    await shop.luc.stamp(await shop.a_card())


async def test_a_store_is_counted_over_all_people_and_cards(shop: Shop) -> None:
    await limit(shop, "store", "earns", 2)
    await shop.anna.earn(await shop.a_card(), cents=100)
    await shop.claire.earn(await shop.a_card(), cents=100)
    with refused("limit_reached", 409):
        await shop.anna.earn(await shop.a_card(), cents=100)
    await shop.luc.earn(await shop.a_card(), cents=100)


async def test_a_device_is_counted_by_itself(shop: Shop) -> None:
    await limit(shop, "device", "earns", 1)
    origin, tablet = shop.origin(shop.hub, clock.now()), uuid4()

    async def earn(device_id: UUID | None) -> int:
        card_id = UUID((await shop.a_card())["id"])
        sale, key = EarnPoints(Earn(purchase_amount_cents=100)), new_key()
        told = replace(origin, device_id=device_id)
        return (await shop.services.ledger.book(sale, BookingRequest(told, Key(key, "00"), card_id=card_id))).status

    assert [await earn(tablet), await earn(tablet), await earn(uuid4()), await earn(None)] == [201, 409, 201, 201]


async def test_redemptions_count_by_pieces_and_points(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 10}])
    await limit(shop, "card", "redemptions", 3)
    await limit(shop, "store", "points_redeemed", 40)
    card = await shop.a_card(points=100)
    await shop.anna.redeem(card, shop.rewards[10], quantity=2)
    with refused("limit_reached", 409) as said:
        await shop.anna.redeem(card, shop.rewards[10], quantity=2)
    assert said[0]["measure"] == "redemptions"
    held = (await shop.anna.reserve(card, shop.rewards[10]))["hold"]
    await shop.anna.confirm(card, held)
    with refused("limit_reached", 409) as said:
        await shop.anna.redeem(await shop.a_card(points=50), shop.rewards[10], quantity=2)
    assert said[0]["measure"] == "points_redeemed"


async def test_a_booking_taken_back_as_a_whole_does_not_count_and_one_in_part_does(shop: Shop) -> None:
    await limit(shop, "card", "points_earned", 30)
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=3000)
    await shop.anna.void(sale, amount_cents=2900)
    with refused("limit_reached", 409):
        await shop.anna.earn(card, cents=100)
    await shop.anna.void(sale)
    await shop.anna.earn(card, cents=3000)


async def test_a_refusal_by_a_limit_is_remembered_under_its_key(shop: Shop) -> None:
    await limit(shop, "card", "earns", 0)
    card, key = await shop.a_card(), new_key()
    with refused("limit_reached", 409):
        await shop.anna.earn(card, cents=100, key=key)
    await shop.change(FraudLimit, maximum=5)
    with refused("limit_reached", 409) as said:
        await shop.anna.earn(card, cents=100, key=key)
    assert said[0].answer.headers["idempotency-replayed"] == "true"
    await shop.anna.earn(card, cents=100)


async def test_what_no_limit_concerns_is_booked_as_ever(shop: Shop) -> None:
    await limit(shop, "card", "earns", 0)
    card = await shop.a_card(stamps=1)
    await shop.anna.stamp(card)
    await shop.claire.adjust(card, 10)


async def test_a_limit_of_another_merchant_concerns_nobody_here(opened: OpenShop) -> None:
    mine, theirs = await opened(), await opened()
    await limit(theirs, "store", "earns", 0)
    await mine.anna.earn(await mine.a_card(), cents=100)


@pytest.mark.parametrize("scope", ["store", "staff_pin", "card"])
async def test_many_tills_at_once_stay_within_a_limit(shop: Shop, scope: str) -> None:
    await limit(shop, scope, "earns", 5)
    cards = [await shop.a_card() for _ in range(1 if scope == "card" else 20)]
    tills: list[Till] = [shop.anna] if scope == "staff_pin" else [shop.anna, shop.claire]
    sales = [tills[turn % len(tills)].earn(cards[turn % len(cards)], cents=100) for turn in range(20)]
    said = Counter(await asyncio.gather(*map(outcome, sales)))
    assert said == {"booked": 5, "limit_reached": 15}


async def test_two_limits_in_two_orders_do_not_wait_for_each_other(shop: Shop) -> None:
    await limit(shop, "store", "earns", 100)
    await limit(shop, "staff_pin", "earns", 100)
    cards = [await shop.a_card() for _ in range(20)]
    said = Counter(
        await asyncio.gather(
            *(outcome(till.earn(card, cents=100)) for card in cards for till in (shop.anna, shop.claire))
        )
    )
    assert said == {"booked": 40}


async def test_the_owner_lifts_a_limit_with_a_pin_and_the_history_says_so(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    await limit(shop, "card", "earns", 0)
    card, override = await shop.a_card(), await owner_with_pin(shop)
    booked = await shop.anna.earn(card, cents=100, override=override)
    assert booked["transaction"]["override"] is True
    assert (await shop.anna.history(card))["data"][0]["override"] is True
    assert await superuser.fetchval(OVERRIDES, shop.merchant_id) == shop.user_ids["claire"]


async def test_every_operation_under_a_limit_can_be_lifted(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 10}])
    await limit(shop, "card", "stamps", 0)
    await limit(shop, "card", "redemptions", 0)
    card, override = await shop.a_card(points=20), await owner_with_pin(shop)
    held = (await shop.anna.reserve(card, shop.rewards[10]))["hold"]
    for booked in (
        await shop.anna.stamp(card, override=override),
        await shop.anna.confirm(card, held, override=override),
        await shop.anna.redeem(card, shop.rewards[10], override=override),
    ):
        assert booked["transaction"]["override"] is True


async def test_an_override_that_no_limit_needs_is_ignored(shop: Shop, superuser: asyncpg.Connection) -> None:
    await limit(shop, "card", "earns", 1)
    card = await shop.a_card()
    booked = await shop.anna.earn(card, cents=100, override={"email": "nobody@x.example", "pin": "0000"})
    assert booked["transaction"]["override"] is False
    assert await superuser.fetch(OVERRIDES, shop.merchant_id) == []


async def test_wrong_pins_for_an_override_lock_the_owners_pin_and_nobody_elses(shop: Shop) -> None:
    await limit(shop, "card", "earns", 0)
    await shop.give_pin("anna", "2468")
    card, override, key = await shop.a_card(), await owner_with_pin(shop), new_key()
    for left in (4, 3, 2, 1):
        with refused("pin_invalid", 403) as said:
            await shop.anna.earn(card, cents=100, key=key, override=override | {"pin": "0000"})
        assert said[0]["tries_left"] == left
    with refused("pin_locked", 403):
        await shop.anna.earn(card, cents=100, key=key, override=override | {"pin": "0000"})
    with refused("pin_locked", 403):
        await shop.anna.earn(card, cents=100, key=key, override=override)
    await shop.anna.unlock("2468")
    clock.move(timedelta(minutes=31))
    assert (await shop.anna.earn(card, cents=100, key=key, override=override))["transaction"]["override"] is True


async def test_an_override_is_of_somebody_with_a_pin(shop: Shop) -> None:
    await limit(shop, "card", "earns", 0)
    card = await shop.a_card()
    with refused("pin_not_set", 403):
        await shop.anna.earn(card, cents=100, override={"email": shop.emails["claire"], "pin": "2468"})


async def test_only_the_owner_or_somebody_with_the_permission_lifts_limits(opened: OpenShop) -> None:
    shop, other = await opened(), await opened()
    await limit(shop, "card", "earns", 0)
    card = await shop.a_card()
    await shop.give_pin("luc", "1357")
    luc = {"email": shop.emails["luc"], "pin": "1357"}
    for given in (luc, {"email": "nobody@x.example", "pin": "1357"}, await owner_with_pin(other)):
        with refused("override_refused", 403):
            await shop.anna.earn(card, cents=100, override=given)
    await shop.change(StoreMember, permissions=sorted(TILL | {MANAGE_PROGRAMS}))
    with refused("override_refused", 403):
        await shop.anna.earn(card, cents=100, override=luc)
    await shop.claire.at(shop.outlet).earn(card, cents=100, override=luc)


async def test_a_pin_of_an_override_is_no_part_of_what_was_asked_for(shop: Shop) -> None:
    await limit(shop, "card", "earns", 0)
    card, override, key = await shop.a_card(), await owner_with_pin(shop), new_key()
    first = await shop.anna.earn(card, cents=100, key=key, override=override)
    assert await shop.anna.earn(card, cents=100, key=key, override=override | {"pin": "0000"}) == first


def test_the_day_is_told_in_the_readers_language() -> None:
    at = datetime.fromisoformat("2026-11-24T09:05:00+00:00")
    told = LimitReached(retry_at=at, retry_on=at.date()).as_dict(language="fr", instance="/", request_id="1")
    assert "24 novembre 2026" in told["detail"]
    assert told["retry_on"] == "2026-11-24"
