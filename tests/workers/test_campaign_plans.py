"""Campaigns and the purge of the email log stay quick with a hundred thousand customers: what the planner says."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import Select, text

from backend.core.clock import clock
from backend.loyalty.marketing.models import MarketingPlan
from backend.loyalty.marketing.rules import QuietHours
from backend.loyalty.occasions.absence import Absence
from backend.loyalty.occasions.birthday import Birthday
from backend.loyalty.occasions.campaign import FIRST
from backend.loyalty.occasions.due import due_chunk, end_of_page
from backend.loyalty.occasions.occasion import CampaignMoment, MarketingOccasion
from backend.merchants.models import Merchant
from tests.world.shop import Shop
from tests.world.statements import POSTGRESQL

CUSTOMERS, LAST = 20_000, UUID(int=2**128 - 1)
EMAIL = "n || '@example.lu'"
COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = $1::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped
"""


@pytest.fixture
async def crowd(shop: Shop, superuser: asyncpg.Connection) -> Any:
    """Copies of a customer with a card, of whom one in ten has consented."""
    card = await shop.a_card(accept_marketing=True)
    customer_id, merchant_id = UUID(card["customer"]["id"]), shop.merchant_id
    others = "SELECT id, row_number() OVER () AS n FROM customers WHERE merchant_id = $2 AND id <> "
    # Otherwise 20,000 rows are looked up in each table that refers to them.
    await superuser.execute("SET session_replication_role = replica")
    for table, first, source, changed in (
        (
            "customers", customer_id, f"generate_series(1, {CUSTOMERS}) n",
            {"id": "gen_random_uuid()", "email": EMAIL, "email_norm": EMAIL, "birth_date": "date '1950-01-01' + n",
             "marketing_consented_at": "CASE WHEN n % 10 = 0 THEN t.marketing_consented_at END"},
        ),
        (
            "cards", UUID(card["id"]), f"({others} '{customer_id}') o",
            {"id": "gen_random_uuid()", "code": "lpad(n::text, 16, '0')", "customer_id": "o.id"},
        ),
    ):  # fmt: skip
        columns = (await superuser.fetchval(COLUMNS, table)).split(", ")
        values = ", ".join(changed.get(column, f"t.{column}") for column in columns)
        insert = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} t, {source}"
        await superuser.execute(f"{insert} WHERE t.id = $1 AND t.merchant_id = $2", first, merchant_id)
        # As autovacuum does: an index alone answers only for pages that it has seen.
        await superuser.execute(f"VACUUM ANALYZE {table}")
    yield shop
    for table in ("cards", "customers"):
        await superuser.execute(f"DELETE FROM {table} WHERE merchant_id = $1", merchant_id)
    await superuser.execute("SET session_replication_role = origin")


async def explained(shop: Shop, query: Select[Any]) -> str:
    """The plan, under the rights of the application."""
    literal = query.compile(dialect=POSTGRESQL, compile_kwargs={"literal_binds": True})
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        statement = text("EXPLAIN " + str(literal).replace(":", "\\:"))
        return "\n".join(await session.scalars(statement))


async def moment_of(shop: Shop) -> CampaignMoment:
    plan = MarketingPlan(merchant_id=shop.merchant_id, reengagement_days=90, sends_birthday_emails=True)
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        merchant = await session.get_one(Merchant, shop.merchant_id)
    return CampaignMoment(merchant, plan, clock.now(), QuietHours.of(shop.services.live.current.limits))


@pytest.mark.parametrize(
    ("occasion", "index"), [(Birthday(), "ix_customers_birthday"), (Absence(), "ix_customers_marketing")]
)
async def test_a_customer_who_has_an_occasion_is_found_by_an_index(
    crowd: Shop, occasion: MarketingOccasion, index: str
) -> None:
    is_due = occasion.due(await moment_of(crowd))
    assert is_due is not None
    plan = await explained(crowd, due_chunk(crowd.merchant_id, is_due, FIRST, LAST if occasion.page else None))
    assert index in plan
    assert "_cards_customer" in plan, "one of both indexes that begin with the customer"
    assert "Seq Scan" not in plan


async def test_a_page_of_customers_is_counted_in_an_index(crowd: Shop) -> None:
    plan = await explained(crowd, end_of_page(crowd.merchant_id, FIRST, 5000))
    assert "Index Only Scan using ix_customers_marketing" in plan
