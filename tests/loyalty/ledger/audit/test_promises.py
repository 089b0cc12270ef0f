"""What holds when everything happens at once, twice, or not at all."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.ledger.booking import ledger as actions
from backend.loyalty.ledger.booking import tries as trying
from backend.loyalty.ledger.metrics import CONFLICTS
from backend.loyalty.ledger.operations.adjust import AdjustPoints
from backend.loyalty.ledger.schemas.bookings import Adjustment
from backend.merchants.models import Policy
from backend.services import Services
from tests.conftest import OpenShop, OwnTown
from tests.world.caller import Json, Refused, new_key, outcome, refused
from tests.world.ledger import assert_ledger_adds_up
from tests.world.office import Office
from tests.world.patience import PATIENCE_SECONDS, until
from tests.world.shop import Shop
from tests.world.till import Till

LINES = "SELECT kind, count(*) FROM transactions WHERE card_id = $1 GROUP BY kind"

WAITS_FOR_A_LOCK = """
    SELECT EXISTS (SELECT FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%book(%')
"""


async def outcomes(*bookings: Awaitable[Any]) -> Counter[str]:
    return Counter(await asyncio.gather(*map(outcome, bookings)))


async def lines_of(superuser: asyncpg.Connection, card: Json) -> dict[str, int]:
    return dict(await superuser.fetch(LINES, UUID(card["id"])))


async def four_colleagues(shop: Shop) -> list[Till]:
    """Each may ask sixty times a minute."""
    return [shop.anna, shop.luc, shop.claire, await shop.hire(shop.hub)]


@pytest.mark.slow
async def test_200_parallel_redemptions_of_one_balance_spend_it_once(
    opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    shop = await opened(rewards=[{"points_required": 100}])
    card, tills = await shop.a_card(points=100), await four_colleagues(shop)
    said = await outcomes(*(till.redeem(card, shop.rewards[100]) for till in tills for _ in range(50)))
    assert said == {"booked": 1, "insufficient_points": 199}
    assert (await lines_of(superuser, card))["redeemed"] == 1
    assert (await shop.anna.show(card))["points_balance"] == 0


async def test_bookings_on_one_card_at_once_repeat_no_work(shop: Shop) -> None:
    """They take turns, so none finds its card moved by another of this process."""
    card, before = await shop.a_card(), CONFLICTS._value.get()
    said = await outcomes(*(shop.anna.earn(card, cents=100) for _ in range(20)))
    assert said == {"booked": 20}
    assert CONFLICTS._value.get() == before


async def test_two_processes_know_nothing_of_each_others_turns_and_lose_no_booking(shop: Shop) -> None:
    """The card's version in the database is what counts."""
    card = await shop.a_card()
    here = [shop.anna.earn(card, cents=100) for _ in range(10)]
    there = [shop.book(AdjustPoints(Adjustment(points=1, reason="Elsewhere")), card) for _ in range(10)]
    await asyncio.gather(*here, *there)
    assert (await shop.anna.show(card))["points_balance"] == 20


async def test_cards_merged_crosswise_at_once_wait_for_nobody_forever(shop: Shop) -> None:
    """Two cards are locked in one order, independent of the order in which they are asked for."""
    card, other = await shop.a_card(points=1), await shop.a_card(points=2)
    owner = Office.of(shop.claire)
    async with asyncio.timeout(PATIENCE_SECONDS):
        said = await outcomes(*(owner.merge(one, two) for one, two in ((card, other), (other, card)) for _ in range(4)))
    assert said["booked"] == 1


@pytest.mark.slow
async def test_one_key_sent_100_times_in_parallel_books_once_and_answers_the_same_bytes(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    card, key, tills = await shop.a_card(), new_key(), (shop.anna, await shop.hire(shop.hub))
    path, body = f"/store/loyalty/cards/{card['id']}/points", {"purchase_amount_cents": 1000}
    answers = await asyncio.gather(*(till.send("POST", path, json=body, key=key) for till in tills for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert {answer.headers.get("idempotency-replayed") for answer in answers} == {None, "true"}
    assert (await lines_of(superuser, card))["earned"] == 1


async def test_parallel_sales_on_one_card_are_all_booked(shop: Shop) -> None:
    card = await shop.a_card()
    said = await outcomes(*(shop.anna.earn(card, cents=100) for _ in range(20)))
    assert said == {"booked": 20}
    assert (await shop.anna.show(card))["points_balance"] == 20


async def test_the_last_one_in_stock_goes_to_one_of_many_cards(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 10, "stock": 2}])
    cards = [await shop.a_card(points=10) for _ in range(8)]
    said = await outcomes(*(shop.anna.redeem(card, shop.rewards[10]) for card in cards))
    assert said == {"booked": 2, "reward_unavailable": 6}


async def test_two_tills_give_one_stamp(shop: Shop) -> None:
    """The predecessor's bug 8: it checked before it locked."""
    card = await shop.a_card()
    said = await outcomes(*(till.stamp(card) for till in (shop.anna, shop.luc) for _ in range(8)))
    assert said == {"booked": 1, "stamp_cooldown": 15}


async def test_two_tills_take_a_sale_back_once(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=1000)
    said = await outcomes(*(till.void(sale) for till in (shop.anna, shop.luc) for _ in range(5)))
    assert said == {"booked": 1, "already_void": 9}


async def test_one_receipt_number_in_parallel_is_booked_once(shop: Shop) -> None:
    cards = [await shop.a_card() for _ in range(5)]
    said = await outcomes(*(shop.anna.earn(card, cents=100, order_reference="R-1") for card in cards))
    assert said == {"booked": 1, "order_reference_used": 4}


async def test_a_card_fought_over_for_too_long_is_told_to_press_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await shop.a_card()

    async def moved(*_: object) -> bool:
        return False

    monkeypatch.setattr(trying, "TRIES", 2)
    monkeypatch.setattr(actions, "write", moved)
    with refused("request_in_progress", 409) as said:
        await shop.anna.earn(card, cents=100)
    assert said[0].answer.headers["retry-after"] == "1"


async def test_a_locked_card_keeps_nobody_from_booking_on_another(
    shop: Shop, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try gives up its connection after a moment; when the lock is gone, it books."""
    locked, other = await shop.a_card(), await shop.a_card()
    tills = await four_colleagues(shop)
    async with superuser.transaction():
        await superuser.fetchval("SELECT id FROM cards WHERE id = $1 FOR UPDATE", UUID(locked["id"]))
        waiting = [asyncio.create_task(till.earn(locked, cents=100)) for till in tills for _ in range(3)]
        await until(lambda: shop.services.pool.fetchval(WAITS_FOR_A_LOCK))
        await shop.luc.earn(other, cents=100)
        monkeypatch.setattr(trying, "PATIENCE_SECONDS", 0.1)
        with refused("request_in_progress", 409):
            await shop.claire.earn(locked, cents=100)
        assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)
    assert (await shop.anna.show(locked))["points_balance"] == 12


async def test_a_sale_below_the_minimum_keeps_its_answer_too(opened: OpenShop) -> None:
    shop = await opened(terms={"minimum_purchase_cents": 1000})
    card, key = await shop.a_card(), new_key()
    assert (await shop.anna.earn(card, cents=500, key=key))["transaction"] is None
    with refused("idempotency_key_reused", 422):
        await shop.anna.earn(card, cents=2000, key=key)
    assert (await shop.anna.show(card))["points_balance"] == 0


async def test_one_stores_key_tells_another_store_nothing(shop: Shop) -> None:
    card, key = await shop.a_card(), new_key()
    await shop.anna.earn(card, cents=500, key=key)
    with refused("idempotency_key_reused", 422):
        await shop.luc.earn(card, cents=500, key=key)


async def test_a_key_is_required_for_what_moves_value(shop: Shop) -> None:
    card = await shop.a_card()
    for key in (None, "", "k" * 129, "a\tb", "\x7f"):
        with refused("idempotency_key_missing", 400):
            await shop.anna.post(f"/store/loyalty/cards/{card['id']}/points", {"purchase_amount_cents": 100}, key=key)
    await shop.anna.earn(card, cents=100, key="k" * 128)


async def test_one_key_for_two_bodies_is_a_mistake(shop: Shop) -> None:
    card, key = await shop.a_card(), new_key()
    await shop.anna.earn(card, cents=100, key=key)
    with refused("idempotency_key_reused", 422):
        await shop.anna.earn(card, cents=200, key=key)
    with refused("idempotency_key_reused", 422):
        await shop.anna.stamp(card, key=key)
    with refused("idempotency_key_reused", 422):
        await shop.anna.earn(await shop.a_card(), cents=100, key=key)


async def test_the_order_of_the_fields_is_no_other_body(shop: Shop) -> None:
    card, key = await shop.a_card(), new_key()
    path = f"/store/loyalty/cards/{card['id']}/points"
    first = await shop.anna.post(path, {"purchase_amount_cents": 100, "notes": "a"}, key=key)
    assert await shop.anna.post(path, {"notes": "a", "purchase_amount_cents": 100}, key=key) == first


async def test_two_merchants_may_use_the_same_key(opened: OpenShop) -> None:
    one, other = await opened(), await opened()
    for shop in (one, other):
        assert (await shop.anna.earn(await shop.a_card(), cents=100, key="1"))["points_earned"] == 1


async def test_a_corrected_pin_is_no_other_body(opened: OpenShop) -> None:
    shop = await opened(policy={"staff_pin_policy": "required"})
    await shop.give_pin("anna", "2468")
    card, key = await shop.a_card(), new_key()
    with refused("pin_invalid", 403):
        await shop.anna.earn(card, cents=100, key=key, staff_pin="1111")
    booked = await shop.anna.earn(card, cents=100, key=key, staff_pin="2468")
    assert booked["points_earned"] == 1
    assert await shop.anna.earn(card, cents=100, key=key, staff_pin="9999") == booked


async def test_a_refusal_by_the_cards_state_is_remembered(shop: Shop) -> None:
    card, key = await shop.a_card(points=10), new_key()
    with refused("insufficient_points", 409) as first:
        await shop.anna.redeem(card, shop.rewards[100], key=key)
    await shop.anna.earn(card, cents=10_000)
    with refused("insufficient_points", 409) as second:
        await shop.anna.redeem(card, shop.rewards[100], key=key)
    assert first[0].answer.content == second[0].answer.content
    assert first[0]["remembered"] is True
    assert second[0].answer.headers["idempotency-replayed"] == "true"
    assert await shop.anna.state_of(key) == "refused"
    await shop.anna.redeem(card, shop.rewards[100])


async def test_a_mistake_in_the_form_is_not_remembered(shop: Shop) -> None:
    card, key = await shop.a_card(), new_key()
    with refused("validation_failed", 422) as said:
        await shop.anna.earn(card, cents=0, key=key)
    assert "remembered" not in said[0].answer.json()
    assert await shop.anna.state_of(key) == "not_booked"
    await shop.anna.earn(card, cents=100, key=key)
    assert await shop.anna.state_of(key) == "booked"


async def test_a_key_whose_answer_is_gone_still_never_books_twice(shop: Shop, superuser: asyncpg.Connection) -> None:
    card, key = await shop.a_card(), new_key()
    booked = await shop.anna.earn(card, cents=100, key=key)
    await superuser.execute("DELETE FROM stored_answers WHERE key = $1", key)
    with refused("already_booked", 409) as again:
        await shop.anna.earn(card, cents=100, key=key)
    assert again[0]["transaction_id"] == booked["transaction"]["id"]
    assert (await shop.anna.get(again[0]["ask_at"].removeprefix("/api/v1")))["state"] == "booked"
    assert (await shop.anna.show(card))["points_balance"] == 1
    assert await shop.anna.state_of(key) == "booked"


@pytest.mark.parametrize("key", ["R/7", "/R//7/", "%2F", "R?7#1", "till 7"])
async def test_what_became_of_a_booking_is_told_for_every_character_in_its_key(shop: Shop, key: str) -> None:
    assert await shop.anna.state_of(key) == "not_booked"
    await shop.anna.earn(await shop.a_card(), cents=100, key=key)
    assert await shop.anna.state_of(key) == "booked"


async def test_a_booking_that_breaks_a_promise_of_the_database_stores_nothing(
    shop: Shop, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, key = await shop.a_card(), new_key()
    before = await superuser.fetchval("SELECT count(*) FROM events")
    await superuser.execute("ALTER TABLE lots ADD CONSTRAINT ck_planted CHECK (original <> 666)")
    try:
        with refused("internal", 500) as said:
            await shop.anna.earn(card, cents=66_600, key=key)
    finally:
        await superuser.execute("ALTER TABLE lots DROP CONSTRAINT ck_planted")
    assert "ck_planted" not in said[0].answer.text
    assert await superuser.fetchval("SELECT count(*) FROM events") == before
    assert await shop.anna.state_of(key) == "not_booked"
    assert (await shop.anna.show(card))["points_balance"] == 0
    assert (await shop.anna.earn(card, cents=66_600, key=key))["points_earned"] == 666


async def test_a_connection_lost_between_two_statements_is_a_503_and_the_retry_books_once(own_town: OwnTown) -> None:
    async with own_town() as town:
        shop = await town.open_shop()
        card, key, said, chance = await shop.a_card(), new_key(), [], random.Random(20261129)
        for _ in range(6):
            sale = asyncio.create_task(outcome(shop.anna.earn(card, cents=100, key=key)))
            await asyncio.sleep(chance.uniform(0, 0.006))
            await town.superuser.fetchval(END_CONNECTIONS)
            said.append(await sale)
        while (last := await outcome(shop.anna.earn(card, cents=100, key=key))) != "booked":
            said.append(last)
        assert set(said) <= {"booked", "unavailable"}
        assert (await until_it_answers(shop.anna.show, card))["points_balance"] == 1
        await assert_ledger_adds_up(town.superuser)


END_CONNECTIONS = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE application_name = 'orion' AND datname = current_database()
"""


async def until_it_answers(ask: Callable[..., Awaitable[Any]], *given: object) -> Any:
    while True:
        try:
            return await ask(*given)
        except Refused as problem:
            assert problem["code"] == "unavailable"


async def test_the_welcome_bonus_comes_with_the_card_once(opened: OpenShop) -> None:
    shop = await opened(terms={"welcome_bonus_points": 50})
    card = await shop.anna.enroll("marie@example.com")
    again = await shop.luc.enroll("MARIE@example.com")
    assert (card["points_balance"], card["already_enrolled"]) == (50, False)
    assert (again["points_balance"], again["already_enrolled"]) == (50, True)
    kinds = [row["kind"] for row in (await shop.anna.history(card))["data"]]
    assert kinds == ["welcome_bonus", "enrolled"]


async def test_a_stamp_program_has_no_welcome_points(opened: OpenShop) -> None:
    shop = await opened(terms={"welcome_bonus_points": 50}, program={"type": "stamps"})
    assert (await shop.anna.enroll())["points_balance"] == 0


async def test_every_row_has_its_own_moment(shop: Shop) -> None:
    """The predecessor's bug 1: its default was evaluated once, at import."""
    card = await shop.a_card()
    first = await shop.anna.earn(card, cents=100)
    clock.move(timedelta(hours=5))
    second = await shop.anna.earn(card, cents=100)
    assert first["transaction"]["recorded_at"] < second["transaction"]["recorded_at"]


async def test_each_booking_has_its_event_in_the_same_transaction(shop: Shop, superuser: asyncpg.Connection) -> None:
    card = await shop.a_card(points=100, stamps=9)
    sale = await shop.anna.earn(card, cents=100)
    await shop.anna.stamp(card)
    await shop.anna.redeem(card, shop.rewards[100])
    await shop.claire.void(sale)
    await shop.claire.adjust(card, 5)
    told = await superuser.fetch(
        "SELECT name, count(*) FROM events WHERE merchant_id = $1 GROUP BY 1", shop.merchant_id
    )
    assert dict(told) == {
        "card_enrolled": 1,
        "stamp_added": 10,
        "reward_ready": 1,
        "points_earned": 2,
        "reward_redeemed": 1,
        "transaction_voided": 1,
        "points_adjusted": 1,
    }


async def test_events_hold_ids_and_numbers_and_nothing_about_people(shop: Shop, superuser: asyncpg.Connection) -> None:
    card = await shop.anna.enroll("canary@example.com", first_name="Canary", phone="+352 621 000 000")
    await shop.anna.earn(card, cents=100, notes="Canary was here")
    told = await superuser.fetch("SELECT data::text FROM events WHERE merchant_id = $1", shop.merchant_id)
    assert "anary" not in " ".join(row[0] for row in told)


async def test_stores_kept_apart_give_one_person_two_cards(opened: OpenShop) -> None:
    shop = await opened(policy={"allow_cross_location_redemption": False})
    at_hub = await shop.anna.enroll("marie@example.com")
    at_outlet = await shop.luc.enroll("marie@example.com")
    assert at_hub["id"] != at_outlet["id"]
    assert at_hub["customer"]["id"] == at_outlet["customer"]["id"]
    assert (await shop.anna.enroll("marie@example.com"))["id"] == at_hub["id"]
    assert [store["code"] for store in at_outlet["works_at"]] == [shop.outlet]


async def test_the_predecessors_duplicate_cards_at_sister_stores(shop: Shop) -> None:
    """Its bug 4: one email, two stores, two cards."""
    at_hub = await shop.anna.enroll("marie@example.com")
    at_outlet = await shop.luc.enroll(" Marie@Example.com ")
    assert (at_outlet["id"], at_outlet["already_enrolled"]) == (at_hub["id"], True)


async def test_parallel_enrollments_make_one_card(shop: Shop, superuser: asyncpg.Connection) -> None:
    cards = await asyncio.gather(
        *(till.enroll("marie@example.com") for till in (shop.anna, shop.luc) for _ in range(5))
    )
    assert len({card["id"] for card in cards}) == 1
    assert sorted(card["already_enrolled"] for card in cards) == [False] + [True] * 9
    assert (await lines_of(superuser, cards[0]))["enrolled"] == 1


async def test_a_card_no_longer_active_takes_no_booking(
    shop: Shop, services: Services, superuser: asyncpg.Connection
) -> None:
    card = await shop.a_card(points=100)
    sale = await shop.anna.earn(card, cents=100)
    await superuser.execute("UPDATE cards SET state = 'deactivated' WHERE id = $1", UUID(card["id"]))
    for booking in (
        shop.anna.earn(card, cents=100),
        shop.anna.stamp(card),
        shop.anna.redeem(card, shop.rewards[100]),
        shop.anna.void(sale),
        shop.claire.adjust(card, 5),
    ):
        with refused("card_inactive", 409) as said:
            await booking
        assert said[0]["state"] == "deactivated"
    assert (await shop.anna.show(card))["state"] == "deactivated"


async def test_the_pin_stands_on_the_transaction(opened: OpenShop, superuser: asyncpg.Connection) -> None:
    shop = await opened(policy={"staff_pin_policy": "optional"})
    await shop.give_pin("anna", "2468")
    card = await shop.a_card()
    query = "SELECT p.user_id FROM transactions t LEFT JOIN staff_pins p ON p.id = t.staff_pin_id WHERE t.id = $1"
    with_pin = await shop.anna.earn(card, cents=100, staff_pin="2468")
    without = await shop.anna.earn(card, cents=100)
    assert await superuser.fetchval(query, UUID(with_pin["transaction"]["id"])) == shop.user_ids["anna"]
    assert await superuser.fetchval(query, UUID(without["transaction"]["id"])) is None


async def test_a_policy_without_pins_ignores_one(opened: OpenShop) -> None:
    shop = await opened(policy={"staff_pin_policy": "disabled"})
    card = await shop.a_card()
    assert (await shop.anna.earn(card, cents=100, staff_pin="0000"))["points_earned"] == 1
    await shop.change(Policy, staff_pin_policy="optional")
    with refused("pin_not_set", 403):
        await shop.anna.earn(card, cents=100, staff_pin="0000")


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE cards SET points_balance = points_balance + 1",
        "UPDATE cards SET stamp_count = stamp_count + 1",
        "UPDATE cards SET debt_points = 1",
        "UPDATE cards SET last_seq = last_seq + 1",
        "UPDATE lots SET remaining = remaining - 1 WHERE remaining > 0",
        "UPDATE transactions SET amount = amount + 1 WHERE kind = 'earned'",
        "UPDATE transactions SET points_after = points_after + 1",
        "UPDATE allocations SET amount = amount + 1",
        "DELETE FROM allocations",
        "DELETE FROM events",
    ],
)
async def test_a_planted_fault_of_one_point_is_noticed(shop: Shop, superuser: asyncpg.Connection, fault: str) -> None:
    """A check that never fails would prove nothing."""
    card = await shop.a_card(points=150)
    await shop.anna.redeem(card, shop.rewards[100])
    await assert_ledger_adds_up(superuser, [shop.merchant_id])
    where = "AND" if "WHERE" in fault else "WHERE"
    planted = superuser.transaction()
    await planted.start()
    try:
        # Past the triggers that keep the history as it is.
        await superuser.execute("SET LOCAL session_replication_role = replica")
        await superuser.execute(f"{fault} {where} merchant_id = '{shop.merchant_id}'")
        with pytest.raises(AssertionError):
            await assert_ledger_adds_up(superuser, [shop.merchant_id])
    finally:
        await planted.rollback()


async def test_a_repeated_sale_may_say_when_it_was_and_is_booked_once(shop: Shop) -> None:
    """The tablet that lost the answer knows by now that it has been offline."""
    card, key, sold_at = await shop.a_card(), new_key(), clock.now() - timedelta(minutes=2)
    first = await shop.anna.earn(card, cents=366, key=key)
    written = [
        sold_at.isoformat(),
        sold_at.astimezone(ZoneInfo("Europe/Luxembourg")).isoformat(),
        f"{sold_at:%Y-%m-%dT%H:%M:%S}Z",
    ]
    for at in written:
        assert await shop.anna.earn(card, cents=366, key=key, occurred_at=at) == first
    assert await shop.anna.earn(card, cents=366, key=key, notes="Once more") == first
    assert (await shop.anna.show(card))["points_balance"] == 3


async def test_a_repeated_return_may_be_worded_otherwise(shop: Shop) -> None:
    card, key = await shop.a_card(), new_key()
    sale = await shop.anna.earn(card, cents=500)
    first = await shop.claire.void(sale, reason="Wrong size", key=key)
    assert await shop.claire.void(sale, reason="Too small", key=key) == first


async def test_the_order_of_the_categories_is_no_other_sale(opened: OpenShop) -> None:
    shop = await opened(categories=2)
    card, key = await shop.a_card(), new_key()
    ids = [category["id"] for category in (await shop.anna.program())["categories"]]
    first = await shop.anna.earn(card, cents=500, category_ids=ids, key=key)
    assert await shop.anna.earn(card, cents=500, category_ids=ids[::-1], key=key) == first


async def test_a_key_used_for_another_booking_names_it_and_says_where_to_ask(shop: Shop) -> None:
    card, key = await shop.a_card(), f"till 3: {new_key()}"
    first = await shop.anna.earn(card, cents=100, key=key)
    with refused("idempotency_key_reused", 422) as said:
        await shop.anna.earn(card, cents=200, key=key)
    booked_id, path = said[0]["transaction_id"], said[0]["ask_at"]
    assert booked_id == first["transaction"]["id"]
    assert said[0]["state"] == "booked"
    assert said[0]["detail"].startswith("That transaction stands, and nothing was recorded now.")
    assert path in said[0]["detail"]
    assert await shop.anna.get(path.removeprefix("/api/v1")) == {"state": "booked", "transaction_id": booked_id}
    line = await shop.anna.booking(booked_id)
    assert (line["id"], line["amount"], line["customer"]) == (booked_id, 1, first["transaction"]["customer"])
    assert (await shop.anna.show(card))["points_balance"] == 1


async def test_a_key_under_which_nothing_was_recorded_says_so_and_names_no_booking(opened: OpenShop) -> None:
    """A cashier who is told that a transaction stands lets the customer go without their points."""
    shop = await opened(terms={"minimum_purchase_cents": 1000})
    card, refused_key, empty_key = await shop.a_card(), new_key(), new_key()
    with refused("insufficient_points", 409):
        await shop.anna.redeem(card, shop.rewards[100], key=refused_key)
    await shop.anna.earn(card, cents=500, key=empty_key)
    for key, state in ((refused_key, "refused"), (empty_key, "not_booked")):
        with refused("idempotency_key_reused", 422) as said:
            await shop.anna.earn(card, cents=2000, key=key)
        assert (said[0]["transaction_id"], said[0]["state"]) == (None, state)
        assert said[0]["detail"].startswith("Nothing was recorded, neither for that request nor now.")
        assert await shop.anna.state_of(key) == state


async def test_a_booking_of_a_card_that_does_not_work_here_is_not_shown_here(opened: OpenShop) -> None:
    shop = await opened(policy={"allow_cross_location_redemption": False})
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=100)
    for till, transaction_id in ((shop.luc, sale["transaction"]["id"]), (shop.anna, str(UUID(int=1)))):
        with refused("not_found", 404):
            await till.booking(transaction_id)
