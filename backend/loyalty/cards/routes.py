"""The list of cards, for the owner and for servers of others."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency, Provide
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
from backend.loyalty.cards.queries import SORTINGS, CardFilters, add_customers, list_cards
from backend.loyalty.cards.schemas import CardExpansion, ListedCard
from backend.loyalty.customers.routes import EnrolledFrom, EnrolledUntil

InState = Annotated[
    Literal["active", "deactivated", "merged", "erased"] | None,
    QueryParameter(name="state", description="Cards in this state only."),
]
EnrolledAt = Annotated[
    UUID | None, QueryParameter(name="store_id", description="Cards of customers who enrolled at this store only.")
]
CardsOfCustomer = Annotated[UUID | None, QueryParameter(name="customer_id", description="Cards of this customer only.")]
ExpandCards = Annotated[
    CardExpansion | None, QueryParameter(name="expand", description="`customer`: each card with its customer.")
]


def provide_filters(
    card_state: InState = None,
    store_id: EnrolledAt = None,
    customer_id: CardsOfCustomer = None,
    first_day: EnrolledFrom = None,
    last_day: EnrolledUntil = None,
) -> CardFilters:
    return CardFilters(card_state, store_id, customer_id, first_day, last_day)


class MerchantCardListController(Controller):
    path = "/loyalty/cards"
    tags = ["Loyalty - Merchant"]
    dependencies = {"card_filters": Provide(provide_filters, sync_to_thread=False)}

    @get(
        operation_id="listCards",
        summary="Cards of the merchant, newest first unless asked otherwise",
        description="By the moment of enrolling.",
        opt={API_KEYS: True},
        guards=[for_merchant(MANAGE_CARDS)],
        responses=refusals(*SIGNED_IN, CursorExpired, ValidationFailed),
    )
    async def cards(
        self,
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        card_filters: NamedDependency[CardFilters],
        order: PageOrder = "newest",
        expand: ExpandCards = None,
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[ListedCard]:
        asked = ListQuery("cards", (card_filters,), SORTINGS[order], limit=limit, after=after, now=origin.now)
        async with sessions.committing(origin.merchant_id) as session:
            page = await list_cards(session, origin, asked, cursors, card_filters)
            if expand:
                await add_customers(session, origin.merchant_id, page.data)
            return page
