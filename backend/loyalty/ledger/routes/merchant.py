"""Cards and bookings from the owner's office."""

from dataclasses import replace
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from backend.access.guards import API_KEYS, for_merchant
from backend.access.permissions import ADJUST_POINTS, MANAGE_CARDS, VIEW_PROGRAMS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.schemas import Page
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.bulk.actions import Bulk
from backend.loyalty.ledger.bulk.schemas import BulkChange, BulkView
from backend.loyalty.ledger.history import TransactionFilters
from backend.loyalty.ledger.operations.adjust import AdjustPoints
from backend.loyalty.ledger.operations.change_state import DeactivateCard, ReactivateCard
from backend.loyalty.ledger.problems.bookings import BalanceBelowZero
from backend.loyalty.ledger.problems.cards import CardActive, CardInactive, CardMergedAway, CardNotFound
from backend.loyalty.ledger.queries import get_state
from backend.loyalty.ledger.routes.booking_route import ADJUST, Caller, booking_route, respond
from backend.loyalty.ledger.routes.history import (
    ExpandTransactions,
    OfCard,
    OfStore,
    add_cards,
    card_history,
    filtered_history,
    provide_filters,
)
from backend.loyalty.ledger.routes.problem_sets import IN_OFFICE, KEYED, OPEN
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.bookings import AdjustmentView, ManualAdjustment
from backend.loyalty.ledger.schemas.cards import Standing, StandingView
from backend.loyalty.ledger.views import Show


class MerchantCardController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Merchant"]
    dependencies = {"transaction_filters": Provide(provide_filters, sync_to_thread=False)}

    @get(
        "/cards/{card_id:uuid}",
        operation_id="getCardAsOwner",
        summary="One card of the merchant, by its id",
        description="A card of any of its stores.",
        opt={API_KEYS: True},
        guards=[for_merchant(MANAGE_CARDS)],
        responses=refusals(*SIGNED_IN, CardNotFound),
    )
    async def card(
        self, card_id: FromPath[UUID], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> CardView:
        return Show.to(ledger.links, origin).card(await get_state(ledger.pool, origin, card_id))

    @get(
        "/cards/{card_id:uuid}/transactions",
        operation_id="listCardTransactionsAsOwner",
        summary="The card's history, newest first",
        opt={API_KEYS: True},
        guards=[for_merchant(VIEW_PROGRAMS)],
        responses=refusals(*SIGNED_IN, CardNotFound, CursorExpired, ValidationFailed),
    )
    async def card_transactions(
        self,
        card_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
        cursors: NamedDependency[Cursors],
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[TransactionView]:
        return await card_history(ledger, origin, cursors, card_id, limit=limit, after=after)

    @get(
        "/transactions",
        operation_id="listTransactions",
        summary="Transactions of all stores and cards, newest first unless asked otherwise",
        opt={API_KEYS: True},
        description="`order_reference` finds what was booked for a receipt or an order.",
        guards=[for_merchant(VIEW_PROGRAMS)],
        responses=refusals(*SIGNED_IN, CursorExpired, ValidationFailed),
    )
    async def transactions(
        self,
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
        cursors: NamedDependency[Cursors],
        transaction_filters: NamedDependency[TransactionFilters],
        sessions: NamedDependency[Sessions],
        store_id: OfStore = None,
        card_id: OfCard = None,
        expand: ExpandTransactions = None,
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[TransactionView]:
        filters = replace(transaction_filters, store_id=store_id, card_id=card_id)
        page = await filtered_history(ledger, origin, cursors, filters, limit=limit, after=after)
        if expand:
            async with sessions.committing(origin.merchant_id) as session:
                await add_cards(session, origin.merchant_id, page.data)
        return page

    @booking_route(
        "/cards/{card_id:uuid}/adjustments",
        for_merchant(ADJUST_POINTS),
        operation_id="adjustPointsAsOwner",
        summary="Adjust points by hand, with a reason",
        description="What is set aside for a reward is not taken.",
        view=AdjustmentView,
        limit=ADJUST,
        problems=(
            *IN_OFFICE,
            *OPEN,
            BalanceBelowZero,
        ),
    )
    async def adjust_points(
        self,
        card_id: FromPath[UUID],
        data: JSONBody[ManualAdjustment],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        return respond(await ledger.book(AdjustPoints(data), caller.request(data, card_id=card_id)))

    @booking_route(
        "/cards/{card_id:uuid}/deactivate",
        for_merchant(MANAGE_CARDS),
        operation_id="deactivateCard",
        summary="Put a card out of use, with a reason",
        description="Its points and stamps stay, and expire as they would.",
        view=StandingView,
        limit=ADJUST,
        problems=(
            *IN_OFFICE,
            CardInactive,
            CardMergedAway,
        ),
    )
    async def deactivate_card(
        self,
        card_id: FromPath[UUID],
        data: JSONBody[Standing],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        return respond(await ledger.book(DeactivateCard(data), caller.request(data, card_id=card_id)))

    @booking_route(
        "/cards/{card_id:uuid}/reactivate",
        for_merchant(MANAGE_CARDS),
        operation_id="reactivateCard",
        summary="Put a card back into use, with a reason",
        description="Its points and stamps can be spent again, apart from those that have expired.",
        view=StandingView,
        limit=ADJUST,
        problems=(
            *IN_OFFICE,
            CardActive,
            CardMergedAway,
        ),
    )
    async def reactivate_card(
        self,
        card_id: FromPath[UUID],
        data: JSONBody[Standing],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        return respond(await ledger.book(ReactivateCard(data), caller.request(data, card_id=card_id)))

    @booking_route(
        "/cards/bulk",
        for_merchant(MANAGE_CARDS),
        for_merchant(ADJUST_POINTS),
        operation_id="changeCards",
        summary="Deactivate, reactivate or adjust up to 5000 cards",
        description="Each card is booked by itself: `results` says what became of it. Repeat the request with the same "
        "key to finish what was interrupted or failed; no card is changed twice.",
        view=BulkView,
        limit=("bulk", 5),
        problems=(*SIGNED_IN, *KEYED),
    )
    async def change_cards(
        self, data: JSONBody[BulkChange], caller: NamedDependency[Caller], ledger: NamedDependency[Ledger]
    ) -> Response[bytes]:
        return respond(await Bulk(ledger, caller.request(data), data).run())
