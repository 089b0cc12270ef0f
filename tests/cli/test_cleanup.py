"""The operator has enrolled test persons at a real merchant, and removes them before its customers come."""

import asyncio
import json
import os
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.retention.actions import CustomerCounting
from tests.cli.conftest import Orion
from tests.forks import Fork
from tests.world.office import Office
from tests.world.patience import until
from tests.world.shop import Shop
from tests.world.till import Card

LEFT = "SELECT count(*) FROM {} WHERE merchant_id = $1"
ABOUT_CARDS = ("transactions", "allocations", "lots", "holds", "order_references", "email_logs")
ENTRIES = "SELECT before::text, after::text FROM platform_audit_entries WHERE action = 'test_data.removed'"
WORDS = "SELECT FROM customer_words WHERE customer_id = $1 FOR UPDATE"
WAITS = "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
IS_OVER = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)"


def bare(card: Card) -> str:
    return str(card["code"].replace(" ", ""))


async def a_visitor(shop: Shop) -> Card:
    """Who has earned, redeemed, taken back and reserved."""
    card = await shop.a_card(points=300, stamps=1, first_name="Marie")
    await shop.anna.earn(card, cents=5000, order_reference=f"R-{bare(card)}")
    await shop.anna.void(await shop.anna.redeem(card, shop.rewards[100]))
    await shop.anna.redeem(card, shop.rewards[100])
    await shop.anna.reserve(card, shop.rewards[100])
    return await shop.anna.show(card)


async def rows(superuser: asyncpg.Connection, shop: Shop) -> dict[str, int]:
    tables = (*ABOUT_CARDS, "cards", "customers")
    return {table: await superuser.fetchval(LEFT.format(table), shop.merchant_id) for table in tables}


async def clean(orion: Orion, shop: Shop) -> None:
    """The ledger's audit and the audit's chains find nothing wrong."""
    for words in (("ledger", "audit", "--merchant", shop.code), ("audit", "verify", "--merchant", shop.code)):
        result = await orion(*words)
        assert result.exit_code == 0, result.output


async def test_test_customers_go_with_all_of_theirs_and_a_real_one_stays_untouched(
    orion: Orion, shop: Shop, superuser: asyncpg.Connection
) -> None:
    real = await a_visitor(shop)
    alone = await rows(superuser, shop)
    probes = [await a_visitor(shop) for _ in range(2)]
    marked = await orion("customers", "mark-test", *(bare(card) for card in probes))
    assert marked.exit_code == 0, marked.output
    both = await rows(superuser, shop)
    words = ("cleanup", "--test-data", "--merchant", shop.code, "--json")
    tried = json.loads((await orion(*words, "--dry-run")).stdout)
    assert await rows(superuser, shop) == both
    entries = len(await superuser.fetch(ENTRIES))
    done = await orion(*words)
    facts = json.loads(done.stdout)
    assert (done.exit_code, facts["removed"], facts["kept"]) == (0, tried["removed"], {})
    assert {table: facts["removed"][table] for table in alone} == {table: both[table] - alone[table] for table in alone}
    assert await rows(superuser, shop) == alone
    assert await shop.anna.show(real) == real
    (*_, entry) = await superuser.fetch(ENTRIES)
    told = json.loads(entry["after"])
    assert (told["customers_removed"], told["cards_removed"]) == (2, 2)
    assert told["transactions_removed"] == both["transactions"] - alone["transactions"]
    await clean(orion, shop)
    again = json.loads((await orion(*words)).stdout)
    assert set(again["removed"].values()) <= {0}
    assert len(await superuser.fetch(ENTRIES)) == entries + 1


async def test_nothing_stays_of_how_often_a_test_customer_came(
    orion: Orion, shop: Shop, superuser: asyncpg.Connection
) -> None:
    real, probe = [await a_visitor(shop) for _ in range(2)]
    await CustomerCounting(shop.services.sessions, shop.merchant_id, clock.now()).run()
    await orion("customers", "mark-test", bare(probe))
    assert (await orion("cleanup", "--test-data", "--merchant", shop.code)).exit_code == 0
    counted = await superuser.fetch("SELECT card_id FROM visit_intervals WHERE merchant_id = $1", shop.merchant_id)
    assert [row["card_id"] for row in counted] == [UUID(real["id"])]


async def walked(orion: Orion, shop: Shop) -> dict[str, Any]:
    """The row of the merchant's board."""
    board = json.loads((await orion("doctor", "--merchant", shop.code, "--json")).stdout)
    row: dict[str, Any] = next(row for row in board["rows"] if row["name"] == "walkthrough")
    return row


async def test_what_was_tried_with_test_customers_is_known_when_they_are_gone(orion: Orion, shop: Shop) -> None:
    words = ("cleanup", "--test-data", "--merchant", shop.code)
    assert (await walked(orion, shop))["state"] == "warning"
    await orion("customers", "mark-test", bare(await a_visitor(shop)))
    before = await walked(orion, shop)
    assert before["state"] == "ok"
    assert (await orion(*words, "--dry-run")).exit_code == 0
    assert (await orion(*words)).exit_code == 0
    assert await walked(orion, shop) == before
    await orion("customers", "mark-test", bare(await shop.a_card(points=5)))
    later = await walked(orion, shop)
    assert later["at"] > before["at"]
    await orion(*words)
    assert await walked(orion, shop) == later, "the newest of both walks is kept"


@pytest.mark.parametrize("end", ["killed", "cut off"])
async def test_a_clean_up_that_ends_in_the_middle_has_changed_nothing(
    orion: Orion, environment: Mapping[str, str], shop: Shop, forks: str, *, superuser: asyncpg.Connection, end: str
) -> None:
    """By `kill -9`, or because its connection breaks: half of the rows are removed, and nothing is committed."""
    card = await a_visitor(shop)
    await orion("customers", "mark-test", bare(card))
    words = ("cleanup", "--test-data", "--merchant", shop.code)
    before, entries = await rows(superuser, shop), len(await superuser.fetch(ENTRIES))
    cleaner = Fork(forks, ["backend.cli", *words], {**os.environ, **environment})
    try:
        async with superuser.transaction():
            await superuser.execute(WORDS, UUID(card["customer"]["id"]))

            async def is_in_the_middle() -> bool:
                return await superuser.fetchval(WAITS) is not None

            await until(is_in_the_middle)
            connection = await superuser.fetchval(WAITS)
            if end == "killed":
                cleaner.kill()
            else:
                await superuser.execute("SELECT pg_terminate_backend($1)", connection)
                assert await asyncio.to_thread(cleaner.wait) == 1
    finally:
        cleaner.kill()

    async def is_over() -> bool:
        return bool(await superuser.fetchval(IS_OVER, connection))

    await until(is_over)
    assert await rows(superuser, shop) == before
    assert await shop.anna.show(card) == card | {"customer": card["customer"] | {"is_test": True}}
    assert await superuser.fetchval(LEFT.format("walked_steps"), shop.merchant_id) == 0
    assert len(await superuser.fetch(ENTRIES)) == entries
    await clean(orion, shop)
    again = await orion(*words)
    assert (again.exit_code, (await rows(superuser, shop))["customers"]) == (0, before["customers"] - 1)
    await clean(orion, shop)


async def test_a_card_that_shares_points_with_a_real_customers_card_stays_and_is_named(
    orion: Orion, shop: Shop
) -> None:
    office = Office.of(shop.claire)
    real, probe = await shop.a_card(points=20), await shop.a_card(points=30)
    merged, together = await shop.a_card(points=40), await shop.a_card(points=50)
    await office.merge(real, probe)
    await office.merge(merged, together)
    await orion("customers", "mark-test", bare(probe), bare(merged), bare(together), "--merchant", shop.code)
    result = await orion("cleanup", "--test-data", "--merchant", shop.code)
    assert result.exit_code == 3, result.output
    assert f"{bare(probe)} stays: a merge has connected it with a card of a real customer." in result.output
    assert "2 test customers removed; 1 stay." in result.output
    assert (await shop.anna.show(real))["points_balance"] == 50
    await clean(orion, shop)


async def test_customers_who_are_real_after_all_stay(orion: Orion, shop: Shop) -> None:
    card = await shop.a_card(points=5)
    for undo in ([], ["--undo"]):
        assert (await orion("customers", "mark-test", bare(card), *undo)).exit_code == 0
    await orion("cleanup", "--test-data", "--merchant", shop.code)
    assert (await shop.anna.show(card))["points_balance"] == 5


async def test_an_unknown_or_erased_card_is_marked_by_nobody(orion: Orion, shop: Shop) -> None:
    unknown = await orion("customers", "mark-test", "BDFH", "--merchant", shop.code)
    assert (unknown.exit_code, unknown.output.strip()) == (1, "No card matches")
    card = await shop.a_card()
    await shop.erase(card)
    erased = await orion("customers", "mark-test", bare(card))
    assert (erased.exit_code, erased.output.strip()) == (1, f"{bare(card)} has no holder any more.")


async def test_the_application_itself_may_remove_nobody(orion: Orion, shop: Shop) -> None:
    refused = await orion("cleanup", "--test-data", database_owner_url="")
    assert refused.exit_code == 1
    assert "name the database's owner" in refused.output
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await shop.services.pool.execute("SELECT remove_test_customers($1, '{}')", shop.merchant_id)


async def test_the_owner_can_remove_no_line_of_a_customer_who_is_not_marked(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    card = await shop.a_card(points=5)
    asked = shop.merchant_id, [UUID(card["customer"]["id"])]
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="not marked as test"):
        await superuser.execute("SELECT remove_test_customers($1, $2)", *asked)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="never changed or removed"):
        await superuser.execute("DELETE FROM transactions WHERE card_id = $1", UUID(card["id"]))
