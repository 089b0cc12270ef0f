"""A list with any one filter is read in the order of an index: it costs the same, however many entries there are."""

import asyncpg
import pytest

from backend.audit.queries import AuditBook, AuditFilters
from backend.core.clock import clock
from backend.core.ids import new_id
from backend.services import Services
from tests.world.plans import plan_with
from tests.world.shop import Shop
from tests.world.statements import POSTGRESQL

FILTERS = {
    "recorded_at": AuditFilters(since=clock.now(), until=clock.now()),
    "user": AuditFilters(user_id=new_id()),
    "action": AuditFilters(action="reward.changed"),
    "subject": AuditFilters(subject=str(new_id()), is_oldest_first=True),
}


@pytest.mark.parametrize("filtered", FILTERS)
@pytest.mark.parametrize("is_platforms", [False, True])
async def test_each_filter_has_an_index_that_has_the_order_too(
    services: Services, superuser: asyncpg.Connection, shop: Shop, filtered: str, is_platforms: bool
) -> None:
    book = AuditBook(services.sessions, None if is_platforms else shop.merchant_id)
    asked = book.in_order(FILTERS[filtered], None, 51)
    compiled = asked.compile(dialect=POSTGRESQL, compile_kwargs={"literal_binds": True})
    index = f"ix_{'platform_audit_entries' if is_platforms else 'audit_entries'}_{filtered}"
    plan = await plan_with(index, superuser, str(compiled))
    assert index in plan, plan
    assert "Sort" not in plan
