"""Cards and bookings from the platform, on behalf of a merchant."""

from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_platform
from backend.access.permissions import ADJUST_POINTS, MANAGE_CARDS, VIEW_PROGRAMS
from backend.access.problems import SIGNED_IN
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.schemas import Page
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.guards import for_cards_merchant
from backend.loyalty.ledger.operations.change_state import DeactivateCard, ReactivateCard
from backend.loyalty.ledger.operations.restore import RestorePoints
from backend.loyalty.ledger.problems.bookings import RestoreExceedsExpired
from backend.loyalty.ledger.problems.cards import CardActive, CardInactive, CardMergedAway, CardNotFound
from backend.loyalty.ledger.queries import get_state
from backend.loyalty.ledger.routes.booking_route import ADJUST, Caller, booking_route, respond
from backend.loyalty.ledger.routes.history import card_history
from backend.loyalty.ledger.routes.problem_sets import IN_OFFICE, OPEN
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.bookings import Restoration, RestorationView
from backend.loyalty.ledger.schemas.cards import Standing, StandingView
from backend.loyalty.ledger.views import Show


class AdminCardController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Admin"]

    @get(
        "/cards/{card_id:uuid}",
        operation_id="getCardOnBehalf",
        summary="One card of any merchant, by its id",
        guards=[all_of(for_platform(MANAGE_CARDS), for_cards_merchant)],
        responses=refusals(*SIGNED_IN, CardNotFound),
    )
    async def card(
        self, card_id: FromPath[UUID], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> CardView:
        return Show(ledger.links, origin.language, origin.now).card(await get_state(ledger.pool, origin, card_id))

    @get(
        "/cards/{card_id:uuid}/transactions",
        operation_id="listCardTransactionsOnBehalf",
        summary="The card's history, newest first",
        guards=[all_of(for_platform(VIEW_PROGRAMS), for_cards_merchant)],
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

    @booking_route(
        "/cards/{card_id:uuid}/restore-points",
        for_platform(ADJUST_POINTS),
        after_limit=(for_cards_merchant,),
        operation_id="restorePoints",
        summary="Give expired points back, with a reason",
        description="At most what has expired on the card and was not restored before. They live as if earned now, "
        "and at least 14 days.",
        view=RestorationView,
        limit=ADJUST,
        problems=(
            *IN_OFFICE,
            *OPEN,
            RestoreExceedsExpired,
        ),
    )
    async def restore_points(
        self,
        card_id: FromPath[UUID],
        data: JSONBody[Restoration],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        return respond(await ledger.book(RestorePoints(data), caller.request(data, card_id=card_id)))

    @booking_route(
        "/cards/{card_id:uuid}/deactivate",
        for_platform(MANAGE_CARDS),
        after_limit=(for_cards_merchant,),
        operation_id="deactivateCardOnBehalf",
        summary="Put a card out of use for the merchant, with a reason",
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
        for_platform(MANAGE_CARDS),
        after_limit=(for_cards_merchant,),
        operation_id="reactivateCardOnBehalf",
        summary="Put a card back into use for the merchant, with a reason",
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
