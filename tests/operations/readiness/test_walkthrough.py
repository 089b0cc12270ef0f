"""Somebody tries all that customers will do, with a test customer, and the board knows."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.core.clock import clock
from backend.core.database import ENTER
from backend.merchants.models import Policy
from backend.messaging.models import EmailLog
from backend.operations.readiness.actions import merchant_board, open_probe
from backend.operations.readiness.board import OF_A_COMMAND
from backend.operations.readiness.merchant.walkthrough import FRESH, STEPS, WALKED, judge_walkthrough, steps_of
from backend.operations.readiness.schemas import ReadinessRow
from backend.wallets.wallet_links import open_link
from tests.world.shop import Shop
from tests.world.till import Card

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
MARK = "UPDATE customers SET is_test = $2 WHERE id = $1"
SYNCED = "UPDATE wallet_links SET synced_version = 1 WHERE card_id = $1 AND provider = 'google'"
DELIVERED = "UPDATE email_logs SET status = 'delivered', sent_at = now() WHERE card_id = $1"
MORE = """
INSERT INTO customers (merchant_id, id, email, email_norm, mailbox, language, created_at)
SELECT $1, gen_random_uuid(), e, e, e, 'en', now() FROM generate_series(1, 2000) n, concat(n, '@example.com') e
"""
BLOCKS_MAX = 20


async def row_of(shop: Shop, *, later: timedelta = timedelta()) -> ReadinessRow:
    probe = open_probe(shop.services, shop.services.live)
    board = await merchant_board(replace(probe, now=probe.now + later), shop.code, "en", OF_A_COMMAND)
    return next(row for row in board.rows if row.name == "walkthrough")


def open_figures(row: ReadinessRow) -> list[str]:
    return [detail.removesuffix(": –") for detail in row.details if detail.endswith(": –")]


async def mark(superuser: asyncpg.Connection, card: Card, *, is_test: bool = True) -> None:
    await superuser.execute(MARK, UUID(card["customer"]["id"]), is_test)


async def walked_by(shop: Shop) -> Card:
    """Points, a stamp, a reward, and the reward taken back."""
    card = await shop.a_card(points=300, stamps=1, first_name="Paul")
    await shop.anna.void(await shop.anna.redeem(card, shop.rewards[100]))
    return card


async def test_a_program_that_nobody_has_tried_says_how_to_begin(shop: Shop) -> None:
    row = await row_of(shop)
    assert (row.state, row.evidence) == ("warning", "Nobody has tried this program with a test customer.")
    assert row.next_step.startswith("Join from the poster of a store")
    assert (row.title, row.page) == ("Walk-through with a test customer", f"/j/{shop.hub.upper()}")
    assert open_figures(row) == ["Joined", "Points earned", "Stamp added", "Reward redeemed", "Transaction voided"]


async def test_where_no_store_is_open_nobody_is_sent_to_its_join_page(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("UPDATE stores SET is_active = false WHERE merchant_id = $1", shop.merchant_id)
    assert (await row_of(shop)).page == "/admin/merchants"


async def test_what_was_not_tried_yet_is_named_with_what_to_do_at_the_till(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    card = await shop.a_card(points=7)
    await mark(superuser, card)
    row = await row_of(shop)
    assert (row.state, row.evidence) == ("warning", "3 steps have not been tried with a test customer.")
    assert open_figures(row) == ["Stamp added", "Reward redeemed", "Transaction voided"]
    assert (row.next_step, row.page) == ("At the till, scan the test card and press “Add stamp”.", "/admin/merchants")
    assert f"Points earned: {clock.now():%Y-%m-%d}" in row.details[1]


async def test_what_several_test_customers_have_tried_is_one_walk(shop: Shop, superuser: asyncpg.Connection) -> None:
    stamped, other = await shop.a_card(stamps=1), await shop.a_card(points=300)
    await shop.anna.void(await shop.anna.redeem(other, shop.rewards[100]))
    for card in (stamped, other):
        await mark(superuser, card)
    row = await row_of(shop)
    assert (row.state, row.evidence) == ("ok", "All steps were tried with a test customer.")
    assert (row.next_step, open_figures(row)) == ("", [])


async def test_what_real_customers_do_is_no_walk_and_ends_none(shop: Shop, superuser: asyncpg.Connection) -> None:
    card = await walked_by(shop)
    assert (await row_of(shop)).evidence == "Nobody has tried this program with a test customer."
    await mark(superuser, card)
    assert (await row_of(shop)).state == "ok"
    await mark(superuser, card, is_test=False)
    assert (await row_of(shop)).state == "warning"


async def test_another_merchants_walk_is_another_merchants(
    shop: Shop, opened: Any, superuser: asyncpg.Connection
) -> None:
    await mark(superuser, await walked_by(shop))
    assert (await row_of(await opened())).evidence == "Nobody has tried this program with a test customer."


async def test_after_ninety_days_it_is_time_for_another_walk(shop: Shop, superuser: asyncpg.Connection) -> None:
    await mark(superuser, await walked_by(shop))
    assert (await row_of(shop, later=timedelta(days=80))).state == "ok"
    row = await row_of(shop, later=timedelta(days=91))
    told = "All steps were tried with a test customer, but some of them more than 90 days ago."
    assert (row.state, row.evidence) == ("warning", told)
    assert row.next_step
    assert open_figures(row) == []


@pytest.mark.parametrize(("age", "state"), [(FRESH, "ok"), (FRESH + timedelta(seconds=1), "warning")])
def test_a_step_counts_for_ninety_days_to_the_second(age: timedelta, state: str) -> None:
    walked = {step.name: NOW for step in STEPS}
    verdict = judge_walkthrough(STEPS, walked | {"redeemed": NOW - age}, NOW)
    assert verdict.state == state
    if state == "warning":
        assert verdict.at == NOW - age
        assert verdict.step is not None
        assert "redeem the reward" in verdict.step.in_language("en")


def test_a_missing_step_comes_before_an_old_one() -> None:
    verdict = judge_walkthrough(STEPS, {step.name: NOW - 2 * FRESH for step in STEPS[:-1]}, NOW)
    assert verdict.evidence.in_language("en") == "1 step has not been tried with a test customer."
    assert verdict.step is not None
    assert verdict.step.in_language("en") == "At the till, scan the test card and void one of its transactions."


@pytest.mark.parametrize(
    ("program_type", "told", "expected"),
    [
        ("points", {}, "joined earned_points redeemed voided"),
        ("stamps", {}, "joined earned_stamps redeemed voided"),
        ("hybrid", {"may_void": False}, "joined earned_points earned_stamps redeemed"),
        ("points", {"sends_mail": True, "wallets": {"apple"}},
         "joined welcome_email apple_pass earned_points redeemed voided"),
    ],
)  # fmt: skip
def test_only_what_this_program_has_must_be_tried(program_type: str, told: dict[str, Any], expected: str) -> None:
    usual: dict[str, Any] = {"may_void": True, "sends_mail": False, "wallets": ()}
    assert [step.name for step in steps_of(program_type, **usual | told)] == expected.split()


async def test_where_nobody_may_void_nobody_has_to(shop: Shop) -> None:
    await shop.change(Policy, allow_void_transactions=False)
    assert "Transaction voided" not in open_figures(await row_of(shop))


async def test_a_welcome_email_that_was_sent_and_a_pass_that_google_took_are_steps(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    async def steps() -> set[str]:
        return {row["step"] for row in await superuser.fetch(WALKED, shop.merchant_id)}

    card = await shop.a_card()
    await mark(superuser, card)
    card_id = UUID(card["id"])
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        await open_link(session, (shop.merchant_id, card_id, "google"), f"google-{card_id}", clock.now())
    assert await steps() == {"joined"}, "Google has not answered yet"
    await superuser.execute(SYNCED, card_id)
    assert await steps() == {"joined", "google_pass"}
    about = {"recipient": "paul@example.com", "subject": "Welcome", "body_text": "Welcome", "language": "en"}
    times = {"created_at": clock.now(), "available_at": clock.now()}
    await shop.add(
        EmailLog, template_code="loyalty_enrollment", status="failed", card_id=card_id, id=uuid4(), **about, **times
    )
    assert await steps() == {"joined", "google_pass"}, "it has reached nobody"
    await superuser.execute(DELIVERED, card_id)
    assert await steps() == {"joined", "google_pass", "welcome_email"}


async def test_the_row_costs_the_same_however_many_real_customers_there_are(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    card = await walked_by(shop)
    await mark(superuser, card)
    transaction = superuser.transaction()
    await transaction.start()
    try:
        few = await blocks_read(superuser, shop)
        await superuser.execute(MORE, shop.merchant_id)
        many = await blocks_read(superuser, shop)
    finally:
        await transaction.rollback()
    assert many - few < BLOCKS_MAX


async def blocks_read(superuser: asyncpg.Connection, shop: Shop) -> int:
    """The second time: the first one also reads the catalog."""
    await superuser.execute("SET LOCAL ROLE orion_app")
    await superuser.execute(ENTER, str(shop.merchant_id))
    explain = f"EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT json) {WALKED}"
    (_, plan) = [json.loads(await superuser.fetchval(explain, shop.merchant_id))[0]["Plan"] for _ in range(2)]
    await superuser.execute("RESET ROLE")
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
