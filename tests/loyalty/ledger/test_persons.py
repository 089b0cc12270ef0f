"""A customer who was enrolled twice is one person after a merge: found, greeted, limited and welcomed as one."""

import asyncio
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select

from backend.core.clock import clock
from backend.loyalty.customers.models import CustomerWord
from backend.loyalty.enrollment.card_links import ask_for_card_links, take_card_link_question
from backend.loyalty.enrollment.models import CardLinkQuestion
from backend.loyalty.fraud_limits.models import FraudLimit
from backend.merchants.models import Policy
from tests.conftest import OpenShop
from tests.world.caller import refused
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller, Card


async def merged(shop: Shop, *cards: Card) -> list[Card]:
    """Each into the next; the merges."""
    owner = Office.of(shop.claire)
    return [await owner.merge(kept, card) for card, kept in pairwise(cards)]


def ids(cards: list[Card]) -> list[str]:
    return [card["id"] for card in cards]


async def bonuses(superuser: asyncpg.Connection, shop: Shop) -> int:
    count: int = await superuser.fetchval(
        "SELECT count(*) FROM transactions WHERE merchant_id = $1 AND kind = 'welcome_bonus'", shop.merchant_id
    )
    return count


@pytest.mark.parametrize("merges", [1, 2, 3])
async def test_a_merged_customer_is_found_on_the_card_that_goes_on(shop: Shop, merges: int) -> None:
    first = await shop.a_card(email="otto@x.lu", first_name="Otto", last_name="Weber", phone="+352 621 123 456")
    others = [await shop.a_card(email=f"o{number}@x.lu", first_name="Karl") for number in range(merges)]
    await merged(shop, first, *others)
    for said in ("otto@x.lu", "621 123 456", "3456", "otto weber", "web", first["code"]):
        assert ids(await shop.anna.find(said)) == [others[-1]["id"]], said


async def test_a_merge_undone_is_found_apart_again(shop: Shop) -> None:
    first, kept = await shop.a_card(email="otto@x.lu", first_name="Otto"), await shop.a_card(first_name="Karl")
    [merge] = await merged(shop, first, kept)
    await Office.of(shop.claire).reverse(merge)
    assert ids(await shop.anna.find("otto")) == ids(await shop.anna.find("otto@x.lu")) == [first["id"]]
    assert ids(await shop.anna.find("karl")) == [kept["id"]]


@pytest.mark.parametrize("merges", [1, 2, 3])
async def test_enrolling_again_after_merges_finds_the_kept_card_without_a_second_welcome(
    opened: OpenShop, anonymous: AnonymousCaller, superuser: asyncpg.Connection, merges: int
) -> None:
    shop = await opened(terms={"welcome_bonus_points": 50})
    cards = [await shop.a_card(email=f"o{number}@x.lu") for number in range(merges + 1)]
    await merged(shop, *cards)
    for number in range(merges + 1):
        again = await shop.anna.enroll(f"O{number}@x.lu")
        assert (again["id"], again["already_enrolled"]) == (cards[-1]["id"], True)
        assert (await anonymous.join(shop.hub, f"o{number}@x.lu"))["already_enrolled"]
    assert await bonuses(superuser, shop) == merges + 1


async def test_a_merge_undone_brings_no_second_welcome_either(opened: OpenShop, superuser: asyncpg.Connection) -> None:
    shop = await opened(terms={"welcome_bonus_points": 50})
    first, kept = await shop.a_card(email="otto@x.lu"), await shop.a_card(email="karl@x.lu")
    [merge] = await merged(shop, first, kept)
    await shop.anna.enroll("otto@x.lu")
    await Office.of(shop.claire).reverse(merge)
    for email, card in (("otto@x.lu", first), ("karl@x.lu", kept)):
        assert (await shop.anna.enroll(email))["id"] == card["id"]
    assert await bonuses(superuser, shop) == 2


async def test_where_a_merged_card_worked_nobody_is_welcomed_again(
    opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    """The kept card works at the hub only; the outlet makes a card of its own, and one for both addresses."""
    shop = await opened(terms={"welcome_bonus_points": 50})
    first = await shop.a_card(email="otto@x.lu")
    await shop.change(Policy, allow_cross_location_redemption=False)
    kept = await shop.a_card(email="karl@x.lu")
    await merged(shop, first, kept)
    at_outlet = await shop.luc.enroll("otto@x.lu")
    assert (at_outlet["already_enrolled"], at_outlet["points_balance"]) == (False, 0)
    assert (await shop.luc.enroll("karl@x.lu"))["id"] == at_outlet["id"]
    assert await bonuses(superuser, shop) == 2


async def test_both_addresses_at_once_at_another_store_are_welcomed_once(
    opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    shop = await opened(terms={"welcome_bonus_points": 50}, policy={"allow_cross_location_redemption": False})
    await merged(shop, *[await shop.a_card(email=email) for email in ("otto@x.lu", "karl@x.lu")])
    before = await bonuses(superuser, shop)
    cards = await asyncio.gather(*(shop.luc.enroll(email) for email in ("otto@x.lu", "karl@x.lu") * 3))
    assert len(set(ids(cards))) == 1
    assert await bonuses(superuser, shop) == before + 1


async def test_the_database_itself_refuses_a_second_welcome(opened: OpenShop, superuser: asyncpg.Connection) -> None:
    shop = await opened(terms={"welcome_bonus_points": 50})
    first, kept = await shop.a_card(), await shop.a_card()
    await merged(shop, first, kept)
    for card in (first, kept):
        with pytest.raises(asyncpg.UniqueViolationError, match="welcomed before"):
            await superuser.execute(
                "INSERT INTO transactions SELECT (json_populate_record(t, json_build_object("
                "'id', gen_random_uuid(), 'seq', 99, 'idempotency_key', null))).* "
                "FROM transactions t WHERE card_id = $1 AND kind = 'welcome_bonus'",
                UUID(card["id"]),
            )


async def test_what_only_the_other_card_knew_is_known_of_the_kept_one(shop: Shop) -> None:
    kept = await shop.a_card(email="otto@x.lu", first_name="Otto")
    other = await shop.a_card(first_name="Karl", last_name="Weber", phone="621 123 456", birth_date=date(1980, 2, 29))
    [merge] = await merged(shop, other, kept)
    for card in (merge["card"], await shop.anna.show(kept)):
        customer = card["customer"]
        assert (customer["name"], customer["email"]) == ("Otto Weber", "otto@x.lu")
        assert (customer["phone"], customer["birth_date"]) == ("621 123 456", "1980-02-29")
    for said in ("Otto Weber", "karl weber", "+352 621 123 456"):
        assert ids(await shop.anna.find(said)) == [kept["id"]]


async def test_a_merge_undone_takes_back_what_was_shared_and_nothing_else(shop: Shop) -> None:
    kept = await shop.a_card(email="otto@x.lu", first_name="Otto")
    other = await shop.a_card(first_name="Karl", last_name="Weber", phone="621 123 456")
    [merge] = await merged(shop, other, kept)
    await shop.anna.enroll("otto@x.lu", birth_date="1980-02-29", last_name="Klein")
    undone = await Office.of(shop.claire).reverse(merge)
    for card in (undone["card"], await shop.anna.show(kept)):
        customer = card["customer"]
        assert (customer["name"], customer["phone"], customer["birth_date"]) == ("Otto", None, "1980-02-29")
    assert (await shop.anna.show(other))["customer"] == other["customer"]
    assert ids(await shop.anna.find("weber")) == [other["id"]]
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        query = select(CustomerWord.word).where(CustomerWord.customer_id == UUID(kept["customer"]["id"]))
        assert list(await session.scalars(query)) == ["otto"]


async def test_what_two_merged_cards_knew_stays_while_one_of_them_is_merged(shop: Shop) -> None:
    owner, kept = Office.of(shop.claire), await shop.a_card(first_name="Otto")
    one, two = [await shop.a_card(phone=phone) for phone in ("621 123 456", "621 777 888")]
    merges = [await owner.merge(kept, card) for card in (one, two)]
    assert (await shop.anna.show(kept))["customer"]["phone"] == "621 123 456"
    assert (await owner.reverse(merges[0]))["card"]["customer"]["phone"] == "621 777 888"
    assert (await shop.anna.show(kept))["customer"]["phone"] == "621 777 888"
    assert (await owner.reverse(merges[1]))["card"]["customer"]["phone"] is None


async def test_what_is_told_after_a_merge_is_told_of_the_kept_cards_holder(shop: Shop) -> None:
    other, kept = await shop.a_card(email="otto@x.lu"), await shop.a_card(email="karl@x.lu")
    await merged(shop, other, kept)
    again = await shop.anna.enroll("otto@x.lu", phone="+352 621 123 456")
    assert (again["customer"]["email"], again["customer"]["phone"]) == ("karl@x.lu", "+352 621 123 456")
    assert (await shop.anna.show(kept))["customer"]["phone"] == "+352 621 123 456"


@pytest.mark.parametrize("merges", [1, 2])
async def test_the_page_of_a_merged_card_leads_on(shop: Shop, anonymous: AnonymousCaller, merges: int) -> None:
    first, *others = [await shop.a_card(points=10) for _ in range(merges + 1)]
    done = await merged(shop, first, *others)
    page = await anonymous.card_page(first["page_url"])
    assert (page["card"]["id"], page["card"]["points_balance"]) == (others[-1]["id"], 10 * (merges + 1))
    assert page["transactions"][0]["kind"] == "transferred"
    await Office.of(shop.claire).reverse(done[-1])
    if merges == 1:
        assert (await anonymous.card_page(first["page_url"]))["card"]["id"] == first["id"]


async def test_a_merged_address_gets_its_link_by_mail_at_that_address(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    first, kept = await shop.a_card(email="otto@x.lu"), await shop.a_card(email="karl@x.lu")
    await merged(shop, first, kept)
    for email, card in (("otto@x.lu", first), ("karl@x.lu", kept)):
        async with shop.services.sessions.committing(shop.merchant_id) as session:
            await ask_for_card_links(session, shop.merchant_id, email, clock.now())
        async with shop.services.sessions.committing(shop.merchant_id) as session:
            asked = (await session.scalars(select(CardLinkQuestion.id))).one()
            assert await take_card_link_question(session, shop.merchant_id, asked) == [UUID(card["id"])]
    await anonymous.join(shop.hub, "otto@x.lu")
    told = "SELECT data->>'card_id' FROM events WHERE merchant_id = $1 AND name = 'card_link_requested'"
    assert await superuser.fetchval(told, shop.merchant_id) == first["id"]


@pytest.mark.parametrize("merges", [1, 2, 3])
async def test_a_stamp_before_the_merge_counts_for_the_waiting_time_and_the_day(opened: OpenShop, merges: int) -> None:
    shop = await opened(terms={"max_daily_stamps": 2})
    # Far from midnight, at which a day's stamps begin anew.
    clock.move(clock.now().replace(hour=10) + timedelta(days=1) - clock.now())
    first, *others = [await shop.a_card() for _ in range(merges + 1)]
    await shop.anna.stamp(first)
    done = (await merged(shop, first, *others))[-1]
    assert done["card"]["next_stamp_available_at"] is not None
    assert done["card"]["remaining_stamps_today"] == 1
    with refused("stamp_cooldown", 409):
        await shop.anna.stamp(others[-1])
    clock.move(timedelta(minutes=16))
    await shop.anna.stamp(others[-1])
    clock.move(timedelta(minutes=16))
    with refused("daily_stamp_limit", 409):
        await shop.anna.stamp(others[-1])


async def test_stamps_of_two_people_count_apart_once_the_merge_is_undone(shop: Shop) -> None:
    first, kept = await shop.a_card(), await shop.a_card()
    await shop.anna.stamp(first)
    [merge] = await merged(shop, first, kept)
    undone = await Office.of(shop.claire).reverse(merge)
    assert undone["card"]["next_stamp_available_at"] is None
    assert undone["other_card"]["next_stamp_available_at"] is not None
    await shop.anna.stamp(kept)


@pytest.mark.parametrize("merges", [1, 2, 3])
async def test_rewards_had_before_any_number_of_merges_count_toward_the_limit(opened: OpenShop, merges: int) -> None:
    shop = await opened(rewards=[{"points_required": 10, "limit_per_card": 1}])
    first, *others = [await shop.a_card(points=50) for _ in range(merges + 1)]
    await shop.anna.redeem(first, shop.rewards[10])
    done = (await merged(shop, first, *others))[-1]
    assert [reward["redeemable"] for reward in done["card"]["rewards"]] == [False]
    with refused("reward_unavailable", 409):
        await shop.anna.redeem(others[-1], shop.rewards[10])


@pytest.mark.parametrize("merges", [1, 2, 3])
async def test_sales_before_any_number_of_merges_count_toward_a_limit(shop: Shop, merges: int) -> None:
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        session.add(
            FraudLimit(merchant_id=shop.merchant_id, scope="card", measure="earns", window_minutes=60, maximum=2)
        )
    first, *others = [await shop.a_card() for _ in range(merges + 1)]
    for _ in range(2):
        await shop.anna.earn(first, cents=100)
    await merged(shop, first, *others)
    with refused("limit_reached", 409):
        await shop.anna.earn(others[-1], cents=100)


async def test_a_merged_card_says_which_one_goes_on(shop: Shop) -> None:
    first, second, third = [await shop.a_card() for _ in range(3)]
    await merged(shop, first, second, third)
    shown = await shop.anna.show(first)
    assert (shown["merged_into_id"], shown["merged_into_code"]) == (second["id"], third["code"])
    with refused("card_inactive", 409) as said:
        await shop.anna.earn(first, cents=100)
    code = third["code"]
    assert said[0]["merged_into"] == f"{code[:4]} {code[4:8]} {code[8:12]} {code[12:]}"
    assert said[0]["merged_into"] in said[0]["detail"]
