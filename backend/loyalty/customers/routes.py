"""Customers, for the owner and for servers of others."""

from datetime import date
from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from backend.access.guards import API_KEYS, for_merchant
from backend.access.permissions import MANAGE_CARDS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit, PageOrder
from backend.core.problems import ValidationFailed
from backend.core.repository import ListQuery
from backend.core.schemas import Page
from backend.loyalty.customers.queries import SORTINGS, CustomerFilters, list_customers
from backend.loyalty.customers.schemas import ListedCustomer

EnrolledFrom = Annotated[
    date | None, QueryParameter(name="from", description="First day of enrolling, in the merchant's time zone.")
]
EnrolledUntil = Annotated[
    date | None,
    QueryParameter(name="until", description="Last day of enrolling, included, in the merchant's time zone."),
]


class MerchantCustomerController(Controller):
    path = "/loyalty/customers"
    tags = ["Loyalty - Merchant"]

    @get(
        operation_id="listCustomers",
        summary="Customers of the merchant, newest first unless asked otherwise",
        description="Each once, by the day of the first enrollment. Cards of one: `listCards` with `customer_id`.",
        opt={API_KEYS: True},
        guards=[for_merchant(MANAGE_CARDS)],
        responses=refusals(*SIGNED_IN, CursorExpired, ValidationFailed),
    )
    async def customers(
        self,
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        first_day: EnrolledFrom = None,
        last_day: EnrolledUntil = None,
        order: PageOrder = "newest",
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[ListedCustomer]:
        filters = CustomerFilters(first_day, last_day)
        asked = ListQuery("customers", (filters,), SORTINGS[order], limit=limit, after=after, now=origin.now)
        async with sessions.committing(origin.merchant_id) as session:
            return await list_customers(session, origin, asked, cursors, filters)
