"""The operator has enrolled test persons at a real merchant, and removes them before its customers come."""

import json
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.retention.actions import CustomerCounting
from tests.cli.conftest import Orion
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import Card

LEFT = "SELECT count(*) FROM {} WHERE merchant_id = $1"
ABOUT_CARDS = ("transactions", "allocations", "lots", "holds", "order_references", "email_logs")
ENTRIES = "SELECT before::text, after::text FROM platform_audit_entries WHERE action = 'test_data.removed'"


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
