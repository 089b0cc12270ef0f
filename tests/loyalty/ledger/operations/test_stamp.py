"""Stamps: the waiting time and the daily limit, at both sides of each edge."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from backend.core.clock import clock
from tests.conftest import OpenShop
from tests.world.caller import refused
from tests.world.shop import Shop

LUXEMBOURG = ZoneInfo("Europe/Luxembourg")


def move_to(local: str) -> None:
    clock.move(datetime.fromisoformat(local).replace(tzinfo=LUXEMBOURG) - clock.now())


async def test_a_stamp_says_what_is_left(shop: Shop) -> None:
    card = await shop.a_card()
    booked = await shop.anna.stamp(card, notes="espresso")
    assert (booked["transaction"]["unit"], booked["transaction"]["amount"]) == ("stamps", 1)
    seen = booked["card"]
    assert (seen["stamp_count"], seen["stamps_target"], seen["remaining_stamps_today"]) == (1, 10, 4)
    assert datetime.fromisoformat(seen["next_stamp_available_at"]) > clock.now()
    assert booked["reward_ready"] is seen["reward_ready"] is False
    assert booked["undo_until"] == booked["transaction"]["undo_until"]


async def test_a_second_stamp_waits_a_quarter_of_an_hour(shop: Shop) -> None:
    card = await shop.a_card()
    move_to("2027-07-22 12:00")
    first = await shop.anna.stamp(card)
    clock.move(timedelta(minutes=14, seconds=58))
    with refused("stamp_cooldown", 409) as said:
        await shop.luc.stamp(card)
    assert said[0]["retry_at"] == first["card"]["next_stamp_available_at"]
    assert said[0]["detail"] == "Next stamp at 12:15."
    assert (await shop.anna.show(card))["next_stamp_available_at"] == said[0]["retry_at"]
    clock.move(timedelta(seconds=2))
    assert (await shop.luc.stamp(card))["card"]["stamp_count"] == 2


async def test_after_the_daily_limit_the_next_stamp_is_tomorrow(opened: OpenShop) -> None:
    shop = await opened(terms={"max_daily_stamps": 2, "cooldown_minutes": 0})
    card = await shop.a_card()
    move_to("2027-07-22 12:00")
    await shop.anna.stamp(card)
    assert (await shop.anna.stamp(card))["card"]["remaining_stamps_today"] == 0
    with refused("daily_stamp_limit", 409) as said:
        await shop.anna.stamp(card)
    assert (said[0]["limit"], said[0]["retry_at"]) == (2, "2027-07-22T22:00:00Z")
    move_to("2027-07-22 23:59:58")
    with refused("daily_stamp_limit", 409):
        await shop.anna.stamp(card)
    move_to("2027-07-23 00:00:00")
    assert (await shop.anna.stamp(card))["card"]["remaining_stamps_today"] == 1


async def test_a_stamp_taken_back_gives_the_day_its_stamp_again(opened: OpenShop) -> None:
    shop = await opened(terms={"max_daily_stamps": 1})
    card = await shop.a_card()
    booked = await shop.anna.stamp(card)
    undone = await shop.anna.void(booked)
    assert (undone["card"]["remaining_stamps_today"], undone["card"]["next_stamp_available_at"]) == (1, None)
    assert (await shop.anna.show(card))["remaining_stamps_today"] == 1
    assert (await shop.anna.stamp(card))["card"]["stamp_count"] == 1


async def test_each_full_card_is_told_also_when_the_one_before_was_not_redeemed(
    opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    shop = await opened(terms={"stamps_target": 2, "cooldown_minutes": 0, "max_daily_stamps": 10})
    card = await shop.a_card()
    for _ in range(5):
        await shop.anna.stamp(card)
    ready = "SELECT count(*) FROM events WHERE merchant_id = $1 AND name = 'reward_ready'"
    assert await superuser.fetchval(ready, shop.merchant_id) == 2


async def test_the_tenth_stamp_makes_the_reward_ready_once(shop: Shop, superuser: asyncpg.Connection) -> None:
    card = await shop.a_card(stamps=9)
    booked = await shop.anna.stamp(card)
    assert booked["reward_ready"] is booked["card"]["reward_ready"] is True
    clock.move(timedelta(hours=1))
    assert (await shop.anna.stamp(card))["card"]["stamp_count"] == 11
    ready = "SELECT count(*) FROM events WHERE merchant_id = $1 AND name = 'reward_ready'"
    assert await superuser.fetchval(ready, shop.merchant_id) == 1


async def test_categories_are_welcome_and_not_required(opened: OpenShop) -> None:
    shop = await opened(categories=1, terms={"cooldown_minutes": 0})
    card = await shop.a_card()
    await shop.anna.stamp(card)
    await shop.anna.stamp(card, category_ids=shop.categories)
    with refused("category_unknown", 422):
        await shop.anna.stamp(card, category_ids=[card["id"]])


async def test_a_points_program_has_no_stamps(opened: OpenShop) -> None:
    shop = await opened(program={"type": "points"})
    card = await shop.a_card()
    with refused("unit_not_offered", 409):
        await shop.anna.stamp(card)


@pytest.mark.parametrize("away", [timedelta(hours=-73), timedelta(minutes=6)])
async def test_an_offline_stamp_from_too_far_is_refused(shop: Shop, away: timedelta) -> None:
    card = await shop.a_card()
    with refused("occurred_at_refused", 422):
        await shop.anna.stamp(card, occurred_at=(clock.now() + away).isoformat())


async def test_the_day_of_a_store_is_its_own_also_when_the_clocks_change(opened: OpenShop) -> None:
    shop = await opened(terms={"max_daily_stamps": 1, "cooldown_minutes": 0})
    card = await shop.a_card()
    move_to("2027-03-28 00:30")
    await shop.anna.stamp(card)
    move_to("2027-03-28 23:59")
    with refused("daily_stamp_limit", 409) as said:
        await shop.anna.stamp(card)
    assert said[0]["retry_at"] == "2027-03-28T22:00:00Z"
    move_to("2027-03-29 00:00")
    assert (await shop.anna.stamp(card))["card"]["stamp_count"] == 2
