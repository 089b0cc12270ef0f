"""Cards and bookings from the owner's office."""

from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import for_owner, limited, together
from backend.access.permissions import ADJUST_POINTS, MANAGE_CARDS, VIEW_PROGRAMS
from backend.access.problems import SIGNED_IN
from backend.core.idempotency import IdempotencyKeyMissing, IdempotencyKeyReused
from backend.core.openapi import refusals, shown
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors
from backend.core.problems import ValidationFailed
from backend.core.schemas import Page
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger import problems
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.booking.request import REPLAYED, Desk, sent
from backend.loyalty.ledger.bulk.actions import Bulk
from backend.loyalty.ledger.bulk.schemas import BulkChange, BulkView
from backend.loyalty.ledger.operations.adjust import AdjustPoints
from backend.loyalty.ledger.operations.change_state import DeactivateCard, ReactivateCard
from backend.loyalty.ledger.operations.merge import MergeCards
from backend.loyalty.ledger.operations.unmerge import ReverseMerge, get_merge
from backend.loyalty.ledger.queries import get_state
from backend.loyalty.ledger.routes.changing import CHANGING, OPEN
from backend.loyalty.ledger.routes.history import After, Limit, card_history
from backend.loyalty.ledger.schemas import (
    Adjustment,
    AdjustmentView,
    ManualAdjustment,
    Merge,
    MergeReversal,
    MergeView,
    Standing,
    StandingView,
    TransactionView,
)
from backend.loyalty.ledger.views import Show


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
        return Show(ledger.links, origin.language, origin.now).card(await get_state(ledger.pool, origin, card_id))

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
        return await card_history(ledger, origin, cursors, card_id, limit=limit, after=after)

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
