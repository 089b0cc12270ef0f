"""A page of the email log is read by an index, in either order and with any filter."""

import asyncpg

from tests.world.plans import plan_with
from tests.world.shop import Shop

OF_SHOP, IN_ORDER = "e.merchant_id = $1", " ORDER BY e.created_at {0}, e.id {0} LIMIT 51"
FILTERS = {
    "ix_email_logs_created_at": "e.created_at >= '-infinity'",
    "ix_email_logs_status": "e.status = 'failed'",
    "ix_email_logs_template": "e.template_code = 'loyalty_enrollment'",
    "ix_email_logs_recipient": "e.recipient_folded = 'otto@example.com'",
}


async def test_each_filter_has_an_index_that_has_both_orders(superuser: asyncpg.Connection, shop: Shop) -> None:
    for index, condition in FILTERS.items():
        for direction in ("ASC", "DESC"):
            asked = f"SELECT * FROM email_logs e WHERE {OF_SHOP} AND {condition}{IN_ORDER.format(direction)}"
            plan = await plan_with(index, superuser, asked, shop.merchant_id)
            assert index in plan, plan
            assert "Sort" not in plan
