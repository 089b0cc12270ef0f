"""Expired points given back by the platform, with a reason."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.programs.models import Program
from backend.services import Services
from tests.conftest import OpenShop
from tests.world.caller import Refused, new_key, refused
from tests.world.office import Office, PlatformOffice
from tests.world.shop import Shop, hire_admin
from tests.world.till import AnonymousCaller, Card

ROLLING = {"expiry_kind": "rolling", "expiry_days": 30}


@pytest.fixture
async def paul(services: Services, anonymous: AnonymousCaller) -> PlatformOffice:
    return await hire_admin(services, anonymous, "Paul Klein")


async def a_card_with_expired(shop: Shop, points: int) -> Card:
    card = await shop.a_card(points=points)
    clock.move(timedelta(days=32))
    return card


async def test_expired_points_come_back_as_if_earned_now(opened: OpenShop, paul: PlatformOffice) -> None:
    shop = await opened(terms=ROLLING)
    card = await a_card_with_expired(shop, 120)
    booked = await paul.restore(card, 100)
    line = booked["transaction"]
    assert (line["kind"], line["amount"], line["reason"]) == ("restored", 100, "Was in hospital")
    assert booked["card"]["points_balance"] == 100
    assert booked["card"]["next_expiry"]["points"] == 100
    ends_at = datetime.fromisoformat(booked["card"]["next_expiry"]["expires_at"])
    assert timedelta(days=30) < ends_at - clock.now() < timedelta(days=31, hours=1)


async def test_restored_points_live_at_least_fourteen_days(opened: OpenShop, paul: PlatformOffice) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 3})
    card = await a_card_with_expired(shop, 50)
    restored = await paul.restore(card, 50)
    ends_at = datetime.fromisoformat(restored["card"]["next_expiry"]["expires_at"])
    assert timedelta(0) <= clock.now() + timedelta(days=14) - ends_at < timedelta(minutes=1)


@pytest.mark.parametrize(("idle_days", "lives"), [(5, timedelta(days=13, hours=23)), (30, timedelta(days=29))])
async def test_points_that_expired_by_inactivity_are_not_expired_again_at_once(
    opened: OpenShop, paul: PlatformOffice, idle_days: int, lives: timedelta
) -> None:
    shop = await opened(terms={"expiry_kind": "inactivity", "expiry_days": idle_days})
    card = await a_card_with_expired(shop, 50)
    await paul.restore(card, 50)
    clock.move(lives)
    assert (await shop.anna.show(card))["points_balance"] == 50
    clock.move(timedelta(days=3))
    assert (await shop.anna.show(card))["points_balance"] == 0


async def test_no_more_comes_back_than_has_expired_and_was_not_restored(opened: OpenShop, paul: PlatformOffice) -> None:
    shop = await opened(terms=ROLLING)
    card = await a_card_with_expired(shop, 120)
    with refused("restore_exceeds_expired", 409) as said:
        await paul.restore(card, 121)
    assert said[0]["restorable"] == 120
    await paul.restore(card, 70)
    with refused("restore_exceeds_expired", 409) as said:
        await paul.restore(card, 51)
    assert said[0]["restorable"] == 50
    assert said[0]["detail"] == "Only 50 points of this card have expired and were not restored yet."
    await paul.restore(card, 50)
    with refused("restore_exceeds_expired", 409):
        await paul.restore(card, 1)


async def test_points_that_did_not_expire_are_not_restored(shop: Shop, paul: PlatformOffice) -> None:
    with refused("restore_exceeds_expired", 409) as said:
        await paul.restore(await shop.a_card(points=500), 1)
    assert said[0]["restorable"] == 0


async def test_what_was_restored_and_expired_again_can_be_restored_again(
    opened: OpenShop, paul: PlatformOffice
) -> None:
    shop = await opened(terms=ROLLING)
    card = await a_card_with_expired(shop, 40)
    await paul.restore(card, 40)
    clock.move(timedelta(days=32))
    assert (await paul.restore(card, 40))["card"]["points_balance"] == 40


async def test_restored_points_pay_what_is_owed_first(opened: OpenShop, paul: PlatformOffice) -> None:
    shop = await opened(terms=ROLLING)
    card = await a_card_with_expired(shop, 60)
    sale = await shop.anna.earn(card, cents=10_000)
    await shop.anna.redeem(card, shop.rewards[100])
    await shop.claire.void(sale)
    restored = (await paul.restore(card, 60))["card"]
    assert (restored["points_balance"], restored["debt_points"]) == (0, 40)


async def test_what_was_restored_of_a_sale_goes_back_with_it(opened: OpenShop, paul: PlatformOffice) -> None:
    shop = await opened(terms=ROLLING)
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    clock.move(timedelta(days=32))
    await paul.restore(card, 60)
    undone = (await shop.claire.void(sale))["card"]
    assert (undone["points_balance"], undone["debt_points"]) == (0, 0)
    with refused("restore_exceeds_expired", 409) as said:
        await paul.restore(card, 1)
    assert said[0]["restorable"] == 0


async def test_what_was_restored_and_spent_of_a_sale_is_owed_when_it_comes_back(
    opened: OpenShop, paul: PlatformOffice
) -> None:
    shop = await opened(terms=ROLLING)
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    clock.move(timedelta(days=32))
    await paul.restore(card, 100)
    await shop.anna.redeem(card, shop.rewards[100])
    assert (await shop.claire.void(sale))["card"]["debt_points"] == 100


async def test_of_several_sales_the_points_of_the_last_are_restored_first(
    opened: OpenShop, paul: PlatformOffice
) -> None:
    shop = await opened(terms=ROLLING)
    card = await shop.a_card()
    older, newer = [await shop.anna.earn(card, cents=cents) for cents in (6_000, 4_000)]
    clock.move(timedelta(days=32))
    await paul.restore(card, 50)
    assert (await shop.claire.void(older))["transactions"][0]["amount"] == -10
    assert (await shop.claire.void(newer))["card"]["points_balance"] == 0


@pytest.mark.parametrize("policy", ["debt", "within_balance"])
async def test_the_points_of_a_sale_returned_after_they_expired_are_not_restored(
    opened: OpenShop, paul: PlatformOffice, policy: str
) -> None:
    shop = await opened(terms=ROLLING | {"return_policy": policy})
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    clock.move(timedelta(days=32))
    await shop.claire.void(sale, amount_cents=3000)
    with refused("restore_exceeds_expired", 409) as said:
        await paul.restore(card, 71)
    assert said[0]["restorable"] == 70
    assert (await paul.restore(card, 70))["card"]["points_balance"] == 70


async def test_a_return_in_parts_before_and_after_a_restoration_leaves_nothing(
    opened: OpenShop, paul: PlatformOffice
) -> None:
    shop = await opened(terms=ROLLING)
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    clock.move(timedelta(days=32))
    await shop.claire.void(sale, amount_cents=5000)
    await paul.restore(card, 50)
    undone = (await shop.claire.void(sale))["card"]
    assert (undone["points_balance"], undone["debt_points"]) == (0, 0)


async def test_what_a_program_forgave_is_not_taken_with_what_expired(opened: OpenShop) -> None:
    shop = await opened(terms=ROLLING | {"return_policy": "within_balance"}, rewards=[{"points_required": 40}])
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    await shop.anna.redeem(card, shop.rewards[40])
    clock.move(timedelta(days=32))
    await shop.claire.void(sale, amount_cents=5000)
    await shop.anna.earn(card, cents=9000)
    assert (await shop.claire.void(sale))["card"]["points_balance"] == 90


async def test_what_expired_on_a_merged_card_is_restored_on_the_one_that_goes_on(
    opened: OpenShop, paul: PlatformOffice
) -> None:
    shop = await opened(terms=ROLLING)
    owner, kept, other = Office.of(shop.claire), await shop.a_card(), await shop.a_card()
    sale = await shop.anna.earn(other, cents=10_000)
    clock.move(timedelta(days=32))
    done = await owner.merge(kept, other)
    assert (await paul.restore(kept, 60))["card"]["points_balance"] == 60
    with refused("restore_exceeds_expired", 409) as said:
        await paul.restore(kept, 41)
    assert said[0]["restorable"] == 40
    undone = await owner.reverse(done)
    assert (undone["card"]["points_balance"], undone["other_card"]["points_balance"]) == (0, 60)
    for card, restorable in ((kept, 0), (other, 40)):
        with refused("restore_exceeds_expired", 409) as said:
            await paul.restore(card, 41)
        assert said[0]["restorable"] == restorable
    returned = (await shop.claire.void(sale))["card"]
    assert (returned["points_balance"], returned["debt_points"]) == (0, 0)


async def test_points_restored_after_two_merges_find_their_card_again(opened: OpenShop, paul: PlatformOffice) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    owner = Office.of(shop.claire)
    first, second, third = [await shop.a_card() for _ in range(3)]
    await shop.anna.earn(first, cents=10_000)
    inner = await owner.merge(second, first)
    outer = await owner.merge(third, second)
    clock.move(timedelta(days=12))
    await paul.restore(third, 100)
    undone = await owner.reverse(outer)
    assert (undone["card"]["points_balance"], undone["other_card"]["points_balance"]) == (0, 100)
    undone = await owner.reverse(inner)
    assert (undone["card"]["points_balance"], undone["other_card"]["points_balance"]) == (0, 100)


async def test_what_was_restored_before_lots_were_named_counts_as_restored(
    opened: OpenShop, paul: PlatformOffice, superuser: asyncpg.Connection
) -> None:
    shop = await opened(terms=ROLLING)
    card = await a_card_with_expired(shop, 100)
    await paul.restore(card, 60)
    await superuser.execute("UPDATE lots SET from_lot_id = NULL WHERE card_id = $1", UUID(card["id"]))
    with refused("restore_exceeds_expired", 409) as said:
        await paul.restore(card, 41)
    assert said[0]["restorable"] == 40
    clock.move(timedelta(days=32))
    assert (await paul.restore(card, 100))["card"]["points_balance"] == 100


async def test_restored_points_say_that_they_were_restored(opened: OpenShop, paul: PlatformOffice) -> None:
    shop = await opened(terms=ROLLING)
    card = await a_card_with_expired(shop, 60)
    await paul.restore(card, 60)
    lot = (await shop.anna.explain(card))["points"]["lots"][0]
    assert (lot["remaining"], lot["earned"]["kind"]) == (60, "restored")


async def test_who_restored_on_behalf_of_whom_is_kept(
    opened: OpenShop, paul: PlatformOffice, superuser: asyncpg.Connection
) -> None:
    shop = await opened(terms=ROLLING)
    card = await a_card_with_expired(shop, 60)
    booked = (await paul.restore(card, 60))["transaction"]
    assert (booked["user"], booked["on_behalf"], booked["store"]) == (None, "Paul Klein", None)
    line = (await shop.claire.history(card))["data"][0]
    assert (line["id"], line["user"], line["on_behalf"], line["store"]) == (booked["id"], None, "Paul Klein", None)
    row = await superuser.fetchrow(
        "SELECT t.user_id, u.platform_role FROM transactions t JOIN users u ON u.id = t.on_behalf_user_id "
        "WHERE t.id = $1",
        UUID(booked["id"]),
    )
    assert tuple(row) == (None, "platform_admin")


async def test_a_restoration_sent_twice_is_booked_once(opened: OpenShop, paul: PlatformOffice) -> None:
    shop = await opened(terms=ROLLING)
    card, key = await a_card_with_expired(shop, 60), new_key()
    first = await paul.restore(card, 20, key=key)
    assert await paul.restore(card, 20, key=key) == first
    assert (await shop.anna.show(card))["points_balance"] == 20
    with refused("idempotency_key_reused", 422):
        await paul.restore(card, 21, key=key)


async def test_restorations_at_once_give_no_more_than_expired(opened: OpenShop, paul: PlatformOffice) -> None:
    shop = await opened(terms=ROLLING)
    card = await a_card_with_expired(shop, 60)

    async def outcome() -> str:
        try:
            return str((await paul.restore(card, 50))["transaction"]["kind"])
        except Refused as problem:
            return str(problem["code"])

    said = Counter(await asyncio.gather(*(outcome() for _ in range(6))))
    assert said == {"restored": 1, "restore_exceeds_expired": 5}
    assert (await shop.anna.show(card))["points_balance"] == 50


async def test_the_platform_finds_the_card_of_any_merchant_and_no_card_that_is_not_there(
    opened: OpenShop, paul: PlatformOffice
) -> None:
    mine, other = await opened(terms=ROLLING), await opened(terms=ROLLING)
    cards = [await mine.a_card(points=10), await other.a_card(points=10)]
    clock.move(timedelta(days=32))
    for card in cards:
        assert (await paul.restore(card, 10))["card"]["id"] == card["id"]
    with refused("card_not_found", 404):
        await paul.restore(str(mine.merchant_id), 10)


async def test_a_program_of_stamps_has_no_points_to_restore(shop: Shop, paul: PlatformOffice) -> None:
    card = await shop.a_card()
    await shop.change(Program, type="stamps")
    with refused("unit_not_offered", 409):
        await paul.restore(card, 5)


@pytest.mark.parametrize(("points", "reason"), [(0, "Nothing"), (-5, "Less"), (5, "")])
async def test_what_makes_no_sense_is_refused(shop: Shop, paul: PlatformOffice, points: int, reason: str) -> None:
    with refused("validation_failed", 422):
        await paul.restore(await shop.a_card(), points, reason)
