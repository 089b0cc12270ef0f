"""Customers, for the owner and for servers of others."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

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
from backend.loyalty.customers.problems import CustomerNotFound
from backend.loyalty.customers.queries import SORTINGS, CustomerFilters, list_customers, listed_customer
from backend.loyalty.customers.schemas import ListedCustomer, TestMark
from backend.loyalty.customers.test_marks import mark_customer

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

    @put(
        "/{customer_id:uuid}/test-mark",
        operation_id="markTestCustomer",
        summary="Mark a customer as a test customer, or as a real one again",
        description="All cards of a test customer are left out of figures and marketing emails. The operator of Orion "
        "removes test customers with their cards and transactions before real ones come.",
        guards=[for_merchant(MANAGE_CARDS)],
        responses=refusals(*SIGNED_IN, CustomerNotFound, ValidationFailed),
    )
    async def mark_test(
        self,
        customer_id: FromPath[UUID],
        data: JSONBody[TestMark],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> ListedCustomer:
        async with sessions.committing(origin.merchant_id) as session:
            return listed_customer(await mark_customer(session, origin, customer_id, is_test=data.is_test))
