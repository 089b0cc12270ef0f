"""Cards from the offices: the owner's, and the platform's on behalf of a merchant."""

from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.features import FeatureDisabled
from backend.access.guards import for_owner, for_platform, limited, together
from backend.access.permissions import ADJUST_POINTS, MANAGE_CARDS, VIEW_PROGRAMS
from backend.access.problems import Forbidden, SessionExpired, Unauthenticated
from backend.core.database import Sessions
from backend.core.idempotency import IdempotencyKeyMissing, IdempotencyKeyReused
from backend.core.openapi import refusals, shown
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors
from backend.core.problems import ValidationFailed
from backend.core.schemas import Page
from backend.loyalty.cards.schemas import CardLookup, CardMatches, CardView
from backend.loyalty.ledger import problems
from backend.loyalty.ledger.actions import Ledger
from backend.loyalty.ledger.adjusting import AdjustPoints
from backend.loyalty.ledger.desk import REPLAYED, Desk, sent
from backend.loyalty.ledger.merging import MergeCards
from backend.loyalty.ledger.queries import get_state, list_transactions
from backend.loyalty.ledger.restoring import RestorePoints
from backend.loyalty.ledger.routes import After, Limit, history_page
from backend.loyalty.ledger.schemas import (
    Adjustment,
    AdjustmentView,
    ManualAdjustment,
    Merge,
    MergeReversal,
    MergeView,
    Restoration,
    RestorationView,
    Standing,
    StandingView,
    TransactionView,
)
from backend.loyalty.ledger.standing import DeactivateCard, ReactivateCard
from backend.loyalty.ledger.unmerging import ReverseMerge, get_merge
from backend.loyalty.ledger.views import Show
from backend.loyalty.office.bulk import Bulk
from backend.loyalty.office.guards import for_cards_merchant
from backend.loyalty.office.schemas import BulkChange, BulkView
from backend.loyalty.till.queries import find_cards
from backend.merchants.queries import list_countries

SIGNED_IN = (Unauthenticated, SessionExpired, Forbidden)
CHANGING = (
    *SIGNED_IN,
    ValidationFailed,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    problems.CardNotFound,
    problems.CardBusy,
    problems.AlreadyBooked,
)
OPEN = (FeatureDisabled, problems.ProgramInactive, problems.CardInactive, problems.UnitNotOffered)


class MerchantCardController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Merchant"]

    @get(
        "/cards/{card_id:uuid}",
        operation_id="getCardAsOwner",
        summary="One card of the merchant, whatever store it belongs to",
        guards=[for_owner(MANAGE_CARDS)],
        responses=refusals(*SIGNED_IN, problems.CardNotFound),
    )
    async def card(
        self, card_id: FromPath[UUID], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> CardView:
        return await _card(ledger, origin, card_id)

    @get(
        "/cards/{card_id:uuid}/transactions",
        operation_id="listCardTransactionsAsOwner",
        summary="The card's history, newest first",
        guards=[for_owner(VIEW_PROGRAMS)],
        responses=refusals(*SIGNED_IN, problems.CardNotFound, CursorExpired, ValidationFailed),
    )
    async def card_transactions(
        self,
        card_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
        cursors: NamedDependency[Cursors],
        limit: Limit = LIMIT_DEFAULT,
        after: After = None,
    ) -> Page[TransactionView]:
        return await _transactions(ledger, origin, cursors, card_id, limit=limit, after=after)

    @post(
        "/cards/lookup",
        operation_id="lookupCardsAsOwner",
        summary="Find cards of the merchant by code, email, phone or name",
        status_code=200,
        guards=[together(for_owner(MANAGE_CARDS), limited("lookup", 120))],
        responses=refusals(*SIGNED_IN, ValidationFailed, problems.CardReplacedBefore),
    )
    async def lookup(
        self,
        data: JSONBody[CardLookup],
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
        sessions: NamedDependency[Sessions],
    ) -> CardMatches:
        countries = await list_countries(sessions, origin.merchant_id)
        matched_by, states = await find_cards(ledger.pool, origin, data.query, countries)
        show = _show(ledger, origin)
        return CardMatches([show.card(state) for state in states if state.customer is not None], matched_by)

    @post(
        "/cards/{card_id:uuid}/adjustments",
        operation_id="adjustPointsAsOwner",
        summary="Adjust points by hand, with a reason",
        description="What is set aside for a reward is not taken.",
        guards=[together(for_owner(ADJUST_POINTS), limited("adjust", 20, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(AdjustmentView)} | refusals(*CHANGING, *OPEN, problems.BalanceBelowZero),
    )
    async def adjust_points(
        self, card_id: FromPath[UUID], data: JSONBody[ManualAdjustment], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        adjusting = AdjustPoints(Adjustment(data.points, data.reason), needs_pin=False)
        return await desk.book(adjusting, data, card_id=card_id)

    @post(
        "/cards/{card_id:uuid}/deactivate",
        operation_id="deactivateCard",
        summary="Put a card out of use, with a reason",
        description="Its points and stamps stay, and expire as they would.",
        guards=[together(for_owner(MANAGE_CARDS), limited("adjust", 20, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(StandingView)} | refusals(*CHANGING, problems.CardInactive, problems.CardMergedAway),
    )
    async def deactivate_card(
        self, card_id: FromPath[UUID], data: JSONBody[Standing], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        return await desk.book(DeactivateCard(data), data, card_id=card_id)

    @post(
        "/cards/{card_id:uuid}/reactivate",
        operation_id="reactivateCard",
        summary="Put a card back into use, with a reason",
        guards=[together(for_owner(MANAGE_CARDS), limited("adjust", 20, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(StandingView)} | refusals(*CHANGING, problems.CardActive, problems.CardMergedAway),
    )
    async def reactivate_card(
        self, card_id: FromPath[UUID], data: JSONBody[Standing], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        return await desk.book(ReactivateCard(data), data, card_id=card_id)

    @post(
        "/cards/bulk",
        operation_id="changeCards",
        summary="Deactivate, reactivate or adjust up to 5000 cards",
        description="Each card is booked by itself: `results` says what became of it. Repeat the request with the same "
        "key to finish what was interrupted or failed; no card is changed twice.",
        guards=[together(for_owner(MANAGE_CARDS), for_owner(ADJUST_POINTS), limited("bulk", 5, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(BulkView)}
        | refusals(*SIGNED_IN, ValidationFailed, IdempotencyKeyMissing, IdempotencyKeyReused),
    )
    async def change_cards(self, data: JSONBody[BulkChange], desk: NamedDependency[Desk]) -> Response[bytes]:
        return sent(await Bulk(desk.ledger, desk.origin, desk.key(data), data).run())

    @post(
        "/cards/{card_id:uuid}/merge",
        operation_id="mergeCards",
        summary="Merge another card of the same person into this one",
        description="This card goes on with the points, stamps and debt of both; the other keeps its history. Its code "
        "and its page open this one, until this one is replaced or gets new links. Can be undone for 30 days.",
        guards=[together(for_owner(MANAGE_CARDS), limited("adjust", 20, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(MergeView)}
        | refusals(
            *CHANGING,
            problems.CardInactive,
            problems.CardFrozen,
            problems.CardHasHolds,
            problems.StoresKeptApart,
        ),
    )
    async def merge_cards(
        self, card_id: FromPath[UUID], data: JSONBody[Merge], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        return await desk.book_together(MergeCards(data), data, kept_id=card_id, merged_id=data.other_card_id)

    @post(
        "/merges/{merge_id:uuid}/reverse",
        operation_id="reverseMerge",
        summary="Undo a merge",
        description="What is still there of the other card's points and stamps goes back to it with its expiry, and "
        "what is still owed of its debt. Sales made since stay on the card that was kept. The kept card's links end, "
        "for the other's page has shown them: its holder gets the new address by mail. So does the other's, with a new "
        "code, when theirs was retired with the kept card's.",
        guards=[together(for_owner(MANAGE_CARDS), limited("adjust", 20, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(MergeView)}
        | refusals(
            *CHANGING,
            problems.CardInactive,
            problems.CardFrozen,
            problems.CardHasHolds,
            problems.MergeNotFound,
            problems.MergeUndone,
            problems.MergeFinal,
            problems.CustomerHasCard,
        ),
    )
    async def reverse_merge(
        self, merge_id: FromPath[UUID], data: JSONBody[MergeReversal], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        merge = (await get_merge(desk.ledger.pool, desk.origin.merchant_id, merge_id)).merge
        return await desk.book_together(
            ReverseMerge(merge_id, data, desk.origin),
            data,
            kept_id=merge.kept_card_id,
            merged_id=merge.merged_card_id,
        )


class AdminCardController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Admin"]

    @get(
        "/cards/{card_id:uuid}",
        operation_id="getCardOnBehalf",
        summary="One card of any merchant",
        guards=[together(for_platform(MANAGE_CARDS), for_cards_merchant)],
        responses=refusals(*SIGNED_IN, problems.CardNotFound),
    )
    async def card(
        self, card_id: FromPath[UUID], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> CardView:
        return await _card(ledger, origin, card_id)

    @get(
        "/cards/{card_id:uuid}/transactions",
        operation_id="listCardTransactionsOnBehalf",
        summary="The card's history, newest first",
        guards=[together(for_platform(VIEW_PROGRAMS), for_cards_merchant)],
        responses=refusals(*SIGNED_IN, problems.CardNotFound, CursorExpired, ValidationFailed),
    )
    async def card_transactions(
        self,
        card_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
        cursors: NamedDependency[Cursors],
        limit: Limit = LIMIT_DEFAULT,
        after: After = None,
    ) -> Page[TransactionView]:
        return await _transactions(ledger, origin, cursors, card_id, limit=limit, after=after)

    @post(
        "/cards/{card_id:uuid}/restore-points",
        operation_id="restorePoints",
        summary="Give expired points back, with a reason",
        description="At most what has expired on the card and was not restored before. They live as if earned now, "
        "and at least 14 days.",
        guards=[together(for_platform(ADJUST_POINTS), limited("adjust", 20, keeps_answers=True), for_cards_merchant)],
        response_headers=REPLAYED,
        responses={201: shown(RestorationView)} | refusals(*CHANGING, *OPEN, problems.RestoreExceedsExpired),
    )
    async def restore_points(
        self, card_id: FromPath[UUID], data: JSONBody[Restoration], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        restoring = RestorePoints(card_id, data, desk.origin)
        return await desk.book(restoring, data, card_id=card_id, read=restoring.read)

    @post(
        "/cards/{card_id:uuid}/deactivate",
        operation_id="deactivateCardOnBehalf",
        summary="Put a card out of use for the merchant, with a reason",
        guards=[together(for_platform(MANAGE_CARDS), limited("adjust", 20, keeps_answers=True), for_cards_merchant)],
        response_headers=REPLAYED,
        responses={201: shown(StandingView)} | refusals(*CHANGING, problems.CardInactive, problems.CardMergedAway),
    )
    async def deactivate_card(
        self, card_id: FromPath[UUID], data: JSONBody[Standing], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        return await desk.book(DeactivateCard(data), data, card_id=card_id)

    @post(
        "/cards/{card_id:uuid}/reactivate",
        operation_id="reactivateCardOnBehalf",
        summary="Put a card back into use for the merchant, with a reason",
        guards=[together(for_platform(MANAGE_CARDS), limited("adjust", 20, keeps_answers=True), for_cards_merchant)],
        response_headers=REPLAYED,
        responses={201: shown(StandingView)} | refusals(*CHANGING, problems.CardActive, problems.CardMergedAway),
    )
    async def reactivate_card(
        self, card_id: FromPath[UUID], data: JSONBody[Standing], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        return await desk.book(ReactivateCard(data), data, card_id=card_id)


def _show(ledger: Ledger, origin: Origin) -> Show:
    return Show(ledger.links, origin.language, origin.now)


async def _card(ledger: Ledger, origin: Origin, card_id: UUID) -> CardView:
    return _show(ledger, origin).card(await get_state(ledger.pool, origin, card_id))


async def _transactions(
    ledger: Ledger, origin: Origin, cursors: Cursors, card_id: UUID, *, limit: int, after: str | None
) -> Page[TransactionView]:
    await get_state(ledger.pool, origin, card_id)
    position = cursors.read(after, origin.now)
    rows = await list_transactions(ledger.pool, origin.merchant_id, card_id=card_id, after=position, limit=limit)
    return history_page(rows, limit, origin, cursors)
