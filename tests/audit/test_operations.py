"""Each change of what a person has set up is written down, without a word about a customer."""

import json

import asyncpg
import pytest

from backend.audit.chains import verify
from backend.audit.field_labels import FIELDS
from backend.services import Services
from tests.audit.entries import chain_of
from tests.audit.operations import CANARY, ENTRIES, NO_ENTRY, Scene
from tests.conftest import SignIn
from tests.world import ADA
from tests.world.caller import Promises
from tests.world.shop import Shop

AUDIENCES = ("/merchant/", "/admin/", "/auth/", "/loyalty/pins/")
WRITTEN = """
    SELECT action, to_jsonb(e)::text AS entry FROM audit_entries e WHERE merchant_id = $1 AND recorded_at >= $2
    UNION ALL
    SELECT action, to_jsonb(e)::text FROM platform_audit_entries e WHERE recorded_at >= $2
"""
BY_PLATFORM = "SELECT count(*) FROM platform_audit_entries WHERE action = $1 AND subject = $2"


def test_every_operation_that_changes_something_writes_an_entry_or_says_why_not(promises: Promises) -> None:
    changing = {
        operation["operationId"]
        for method, pattern, operation in promises.operations
        if method.upper() != "GET" and any(audience in pattern for audience in AUDIENCES)
    }
    assert changing == ENTRIES.keys() | NO_ENTRY.keys()
    assert not ENTRIES.keys() & NO_ENTRY.keys()


@pytest.mark.parametrize("operation", ENTRIES)
async def test_an_operation_writes_its_entry(
    superuser: asyncpg.Connection, shop: Shop, sign_in: SignIn, operation: str
) -> None:
    action, act = ENTRIES[operation]
    since = await superuser.fetchval("SELECT now() - interval '2 minutes'")
    before = {row["entry"] for row in await superuser.fetch(WRITTEN, shop.merchant_id, since)}
    await act(Scene(shop, await sign_in(ADA)))
    written = [row for row in await superuser.fetch(WRITTEN, shop.merchant_id, since) if row["entry"] not in before]
    assert action in {row["action"] for row in written}
    assert CANARY.lower() not in " ".join(row["entry"] for row in written).lower()
    if action != "settings.changed":  # named by their own page
        fields = {name for row in written for name in json.loads(row["entry"])["after"]}
        assert fields <= FIELDS.keys(), "a field without words"


async def test_an_administrators_entry_says_for_whom_and_in_which_session_they_acted(
    superuser: asyncpg.Connection, shop: Shop, sign_in: SignIn
) -> None:
    ada = await sign_in(ADA)
    await ENTRIES["deactivateCardOnBehalf"][1](Scene(shop, ada))
    entry = await superuser.fetchrow("SELECT * FROM audit_entries WHERE merchant_id = $1", shop.merchant_id)
    assert (entry["user_name"], entry["on_behalf"]) == (ADA.name, True)
    session = await superuser.fetchrow("SELECT user_id FROM access_tokens WHERE id = $1", entry["sign_in_id"])
    assert session["user_id"] == entry["user_id"]


@pytest.mark.parametrize("operation", ["resendEmail", "resendFailedEmails", "retryCardPass"])
async def test_a_merchant_sees_what_administrators_send_again_to_its_customers(
    superuser: asyncpg.Connection, shop: Shop, sign_in: SignIn, operation: str
) -> None:
    action, act = ENTRIES[operation]
    await act(Scene(shop, await sign_in(ADA)))
    (entry,) = (await shop.claire.get("/merchant/audit", params={"action": action}))["data"]
    assert (entry["user_name"], entry["on_behalf"]) == (ADA.name, True)
    assert await superuser.fetchval(BY_PLATFORM, action, entry["subject"]) == 0


async def test_erasing_a_customer_breaks_no_chain(services: Services, shop: Shop, sign_in: SignIn) -> None:
    scene = Scene(shop, await sign_in(ADA))
    card = await scene.card()
    await scene.owner.deactivate(card, CANARY)
    await shop.erase(card)
    report = await verify(services.pool, chain_of(shop))
    assert (report.entries, report.fault) == (1, None)


async def test_a_bulk_change_is_one_entry_and_each_card_has_its_transaction(
    superuser: asyncpg.Connection, shop: Shop
) -> None:
    scene = Scene(shop, shop.claire)
    cards = [await scene.card() for _ in range(3)]
    await scene.owner.bulk("adjust", cards, points=3)
    (entry,) = await superuser.fetch("SELECT * FROM audit_entries WHERE merchant_id = $1", shop.merchant_id)
    assert entry["action"] == "cards.changed_in_bulk"


async def test_a_sale_writes_no_entry(superuser: asyncpg.Connection, shop: Shop) -> None:
    await shop.anna.earn(await shop.a_card(), cents=100)
    assert await superuser.fetchval("SELECT count(*) FROM audit_entries WHERE merchant_id = $1", shop.merchant_id) == 0
