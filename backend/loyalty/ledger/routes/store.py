"""Bookings at the till and the history they make."""

from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.features import FeatureDisabled
from backend.access.guards import limited, requires, together
from backend.access.permissions import ADJUST_POINTS, MANAGE_CARDS, VIEW_PROGRAMS, VOID_TRANSACTIONS
from backend.access.problems import STAFF
from backend.core.idempotency import IdempotencyKeyMissing, IdempotencyKeyReused
from backend.core.openapi import refusals, shown
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors
from backend.core.problems import ValidationFailed
from backend.core.schemas import Page
from backend.loyalty.ledger import problems
from backend.loyalty.ledger.booking.checks import check_feature
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.booking.request import REPLAYED, Desk
from backend.loyalty.ledger.operations.adjust import AdjustPoints
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.operations.hold import ConfirmHold, ReleaseHold, ReserveReward
from backend.loyalty.ledger.operations.redeem import RedeemReward
from backend.loyalty.ledger.operations.relink import RelinkCard
from backend.loyalty.ledger.operations.replace import ReplaceCard
from backend.loyalty.ledger.operations.stamp import AddStamp
from backend.loyalty.ledger.operations.void import VoidTransaction
from backend.loyalty.ledger.queries import get_setup, get_transaction, list_transactions
from backend.loyalty.ledger.return_preview import preview_return
from backend.loyalty.ledger.routes.history import After, Limit, card_history, history_page
from backend.loyalty.ledger.schemas import (
    Adjustment,
    AdjustmentView,
    Confirmation,
    Earn,
    EarnView,
    OrderPreview,
    OrderQuestion,
    OrderReturn,
    Redemption,
    RedemptionView,
    Release,
    Relinking,
    RelinkingView,
    Replacement,
    ReplacementView,
    Reservation,
    ReservationView,
    Stamp,
    StampView,
    TransactionView,
    Void,
    VoidView,
)
from backend.staff_pins.problems import PinInvalid, PinLocked, PinNotSet, PinRequired

OF_CARD = (problems.ProgramInactive, problems.CardNotFound, problems.CardInactive)
BOOKING = (
    *STAFF,
    ValidationFailed,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    FeatureDisabled,
    *OF_CARD,
    problems.CardBusy,
    problems.AlreadyBooked,
    PinRequired,
    PinInvalid,
    PinLocked,
    PinNotSet,
)
REDEEMING = (
    problems.CardFrozen,
    problems.UnitNotOffered,
    problems.RewardNotFound,
    problems.RewardUnavailable,
    problems.InsufficientPoints,
    problems.InsufficientStamps,
    problems.OtherStoreOnly,
)
LIMITED = (problems.LimitReached, problems.OverrideRefused)
VOIDING = (
    problems.TransactionNotFound,
    problems.VoidNotAllowed,
    problems.NotVoidable,
    problems.AlreadyVoid,
    problems.AlreadySpent,
    problems.ReturnExceedsSale,
)


OF_ORDER = (problems.OrderReferenceAmbiguous, problems.OrderOnSeveralCards)
UNDOING = (
    problems.OrderReferenceUsed,
    problems.CardFrozen,
    problems.InsufficientStamps,
    problems.RewardUnavailable,
    problems.StampCooldown,
    problems.LimitReached,
)


class StoreLedgerController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Store"]

    @post(
        "/cards/{card_id:uuid}/points",
        operation_id="earnPoints",
        summary="Earn points for a sale",
        description="200 with no transaction when the purchase is below the program's minimum.",
        guards=[together(requires(MANAGE_CARDS), limited("earn", 60, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(EarnView), 200: shown(EarnView)}
        | refusals(
            *BOOKING,
            *LIMITED,
            problems.UnitNotOffered,
            problems.OrderReferenceRequired,
            problems.OrderReferenceUsed,
            problems.OccurredAtRefused,
            problems.CategoryRequired,
            problems.CategoryUnknown,
        ),
    )
    async def earn_points(
        self, card_id: FromPath[UUID], data: JSONBody[Earn], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        return await desk.book(
            EarnPoints(data), data, card_id=card_id, staff_pin=data.staff_pin, override=data.override
        )

    @post(
        "/cards/{card_id:uuid}/stamps",
        operation_id="addStamp",
        summary="Add a stamp",
        guards=[together(requires(MANAGE_CARDS), limited("stamp", 60, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(StampView)}
        | refusals(
            *BOOKING,
            *LIMITED,
            problems.UnitNotOffered,
            problems.StampCooldown,
            problems.DailyStampLimit,
            problems.OccurredAtRefused,
            problems.CategoryUnknown,
        ),
    )
    async def add_stamp(
        self, card_id: FromPath[UUID], data: JSONBody[Stamp], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        return await desk.book(AddStamp(data), data, card_id=card_id, staff_pin=data.staff_pin, override=data.override)

    @post(
        "/cards/{card_id:uuid}/redemptions",
        operation_id="redeemReward",
        summary="Redeem a reward for points, or the full stamp card",
        guards=[together(requires(MANAGE_CARDS), limited("redeem", 60, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(RedemptionView)} | refusals(*BOOKING, *LIMITED, *REDEEMING, problems.OrderReferenceUsed),
    )
    async def redeem_reward(
        self, card_id: FromPath[UUID], data: JSONBody[Redemption], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        return await desk.book(
            RedeemReward(data), data, card_id=card_id, staff_pin=data.staff_pin, override=data.override
        )

    @post(
        "/cards/{card_id:uuid}/holds",
        operation_id="reserveReward",
        summary="Set points or stamps aside for a reward",
        description="For ten minutes; then they are free again.",
        guards=[together(requires(MANAGE_CARDS), limited("redeem", 60, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(ReservationView)} | refusals(*BOOKING, *REDEEMING),
    )
    async def reserve_reward(
        self, card_id: FromPath[UUID], data: JSONBody[Reservation], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        return await desk.book(ReserveReward(data), data, card_id=card_id, staff_pin=data.staff_pin)

    @post(
        "/cards/{card_id:uuid}/holds/{hold_id:uuid}/confirm",
        operation_id="confirmHold",
        summary="Redeem what was set aside, or fewer pieces of it",
        guards=[together(requires(MANAGE_CARDS), limited("redeem", 60, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(RedemptionView)}
        | refusals(
            *BOOKING,
            *LIMITED,
            problems.CardFrozen,
            problems.HoldNotFound,
            problems.HoldSettled,
            problems.HoldExceeded,
            problems.InsufficientPoints,
            problems.InsufficientStamps,
            problems.OtherStoreOnly,
        ),
    )
    async def confirm_hold(
        self,
        card_id: FromPath[UUID],
        hold_id: FromPath[UUID],
        data: JSONBody[Confirmation],
        desk: NamedDependency[Desk],
    ) -> Response[bytes]:
        return await desk.book(
            ConfirmHold(hold_id, data), data, card_id=card_id, staff_pin=data.staff_pin, override=data.override
        )

    @post(
        "/cards/{card_id:uuid}/holds/{hold_id:uuid}/release",
        operation_id="releaseHold",
        summary="Give back what was set aside",
        guards=[together(requires(MANAGE_CARDS), limited("redeem", 60, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(ReservationView)} | refusals(*BOOKING, problems.HoldNotFound, problems.HoldSettled),
    )
    async def release_hold(
        self, card_id: FromPath[UUID], hold_id: FromPath[UUID], data: JSONBody[Release], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        return await desk.book(ReleaseHold(hold_id), data, card_id=card_id)

    @post(
        "/returns",
        operation_id="returnOrder",
        summary="Take back what was booked for an order, by its reference",
        description="The asking store's own reference counts first. Without an amount everything booked for the order "
        "is taken back; with one, that part of its sale.",
        guards=[together(requires(VOID_TRANSACTIONS), limited("void", 20, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(VoidView)} | refusals(*BOOKING, *VOIDING, *OF_ORDER, problems.OrderChanged),
    )
    async def return_order(self, data: JSONBody[OrderReturn], desk: NamedDependency[Desk]) -> Response[bytes]:
        operation = VoidTransaction(data, desk.origin, data.transaction_ids)
        return await desk.book(operation, data, order_reference=data.order_reference, staff_pin=data.staff_pin)

    @post(
        "/returns/preview",
        operation_id="previewReturn",
        summary="Whose order it is, and how much a return would take back",
        description="Nothing is booked.",
        status_code=200,
        guards=[together(requires(VOID_TRANSACTIONS), limited("lookup", 120))],
        responses=refusals(*STAFF, ValidationFailed, FeatureDisabled, *OF_CARD, *VOIDING, *OF_ORDER),
    )
    async def preview_return(
        self, data: JSONBody[OrderQuestion], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> OrderPreview:
        return await preview_return(ledger, origin, data)

    @post(
        "/transactions/{transaction_id:uuid}/void",
        operation_id="voidTransaction",
        summary="Take a sale, a stamp or a redemption back, whole or in part, or undo a return",
        description="A part of a sale by `amount_cents`, of a redemption by `quantity`; without either, all that is "
        "left. A return is undone with everything that came back in it. Within 20 seconds the sign-in that booked it "
        "undoes it without a PIN.",
        guards=[together(requires(VOID_TRANSACTIONS), limited("void", 20, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(VoidView)} | refusals(*BOOKING, *VOIDING, *UNDOING),
    )
    async def void_transaction(
        self, transaction_id: FromPath[UUID], data: JSONBody[Void], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        return await desk.book(
            VoidTransaction(data, desk.origin), data, transaction_id=transaction_id, staff_pin=data.staff_pin
        )

    @post(
        "/cards/{card_id:uuid}/adjustments",
        operation_id="adjustPoints",
        summary="Adjust points by hand, with a reason",
        guards=[together(requires(ADJUST_POINTS), limited("adjust", 20, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(AdjustmentView)} | refusals(*BOOKING, problems.UnitNotOffered, problems.BalanceBelowZero),
    )
    async def adjust_points(
        self, card_id: FromPath[UUID], data: JSONBody[Adjustment], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        return await desk.book(AdjustPoints(data), data, card_id=card_id, staff_pin=data.staff_pin)

    @post(
        "/cards/{card_id:uuid}/replace",
        operation_id="replaceCard",
        summary="Give a lost card a new code",
        description="At once; the old code is refused from then on, and is never given to another card. "
        "Its links end too: the holder gets the new address by mail. Codes and links of cards that were merged into it "
        "end with its own.",
        guards=[together(requires(MANAGE_CARDS), limited("adjust", 20, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(ReplacementView)} | refusals(*BOOKING),
    )
    async def replace_card(
        self, card_id: FromPath[UUID], data: JSONBody[Replacement], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        return await desk.book(ReplaceCard(data), data, card_id=card_id, staff_pin=data.staff_pin)

    @post(
        "/cards/{card_id:uuid}/links",
        operation_id="relinkCard",
        summary="End the card's links and make new ones",
        description="Its page, save link, pass file and Apple pass so far open nothing from then on, nor do those of "
        "cards that were merged into it. The holder gets the new address by mail; the code stays. Also for a card that "
        "is deactivated, and while the program is closed.",
        guards=[together(requires(MANAGE_CARDS), limited("adjust", 20, keeps_answers=True))],
        response_headers=REPLAYED,
        responses={201: shown(RelinkingView)}
        | refusals(
            *STAFF,
            ValidationFailed,
            IdempotencyKeyMissing,
            IdempotencyKeyReused,
            problems.CardNotFound,
            problems.CardInactive,
            problems.CardBusy,
            problems.AlreadyBooked,
        ),
    )
    async def relink_card(
        self, card_id: FromPath[UUID], data: JSONBody[Relinking], desk: NamedDependency[Desk]
    ) -> Response[bytes]:
        return await desk.book(RelinkCard(), data, card_id=card_id)

    @get(
        "/cards/{card_id:uuid}/transactions",
        operation_id="listCardTransactions",
        summary="The card's history, newest first",
        guards=[requires(VIEW_PROGRAMS)],
        responses=refusals(*STAFF, FeatureDisabled, problems.CardNotFound, CursorExpired, ValidationFailed),
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

    @get(
        "/transactions/{transaction_id:uuid}",
        operation_id="getTransaction",
        summary="One line of a card's history",
        guards=[requires(VIEW_PROGRAMS)],
        responses=refusals(*STAFF, FeatureDisabled, problems.TransactionNotFound),
    )
    async def transaction(
        self, transaction_id: FromPath[UUID], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> TransactionView:
        return (await get_transaction(ledger.pool, origin, transaction_id)).view(origin.language)

    @get(
        "/transactions",
        operation_id="listStoreTransactions",
        summary="The store's bookings, newest first",
        guards=[requires(VIEW_PROGRAMS)],
        responses=refusals(*STAFF, FeatureDisabled, CursorExpired, ValidationFailed),
    )
    async def store_transactions(
        self,
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
        cursors: NamedDependency[Cursors],
        limit: Limit = LIMIT_DEFAULT,
        after: After = None,
    ) -> Page[TransactionView]:
        check_feature(await get_setup(ledger.pool, origin.merchant_id, origin.till_store_id))
        position = cursors.read(after, origin.now)
        rows = await list_transactions(
            ledger.pool, origin.merchant_id, store_id=origin.store_id, after=position, limit=limit
        )
        return history_page(rows, limit, origin, cursors)
