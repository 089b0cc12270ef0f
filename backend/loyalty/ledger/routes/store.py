"""Bookings at the till on one card."""

from uuid import UUID

from litestar import Controller, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import requires
from backend.access.permissions import ADJUST_POINTS, MANAGE_CARDS
from backend.access.problems import STAFF
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.operations.adjust import AdjustPoints
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.operations.redeem import RedeemReward
from backend.loyalty.ledger.operations.relink import RelinkCard
from backend.loyalty.ledger.operations.replace import ReplaceCard
from backend.loyalty.ledger.operations.stamp import AddStamp
from backend.loyalty.ledger.problems.bookings import (
    AlreadyBooked,
    BalanceBelowZero,
    CategoryRequired,
    CategoryUnknown,
    DailyStampLimit,
    OccurredAtRefused,
    OrderReferenceRequired,
    OrderReferenceUsed,
    StampCooldown,
    UnitNotOffered,
)
from backend.loyalty.ledger.problems.cards import CardBusy, CardInactive, CardNotFound
from backend.loyalty.ledger.routes.booking_route import (
    ADJUST,
    EARN,
    REDEEM,
    STAMP,
    Caller,
    booking_route,
    respond,
)
from backend.loyalty.ledger.routes.problem_sets import AT_TILL, KEYED, LIMITED, REDEEMING
from backend.loyalty.ledger.schemas.bookings import (
    Adjustment,
    AdjustmentView,
    Earn,
    EarnView,
    Redemption,
    RedemptionView,
    Stamp,
    StampView,
)
from backend.loyalty.ledger.schemas.cards import Relinking, RelinkingView, Replacement, ReplacementView


class StoreBookingController(Controller):
    path = "/loyalty/cards/{card_id:uuid}"
    tags = ["Loyalty - Store"]

    @booking_route(
        "/points",
        requires(MANAGE_CARDS),
        operation_id="earnPoints",
        summary="Earn points for a sale",
        description="200 with no transaction when the purchase is below the program's minimum.",
        view=EarnView,
        statuses=(201, 200),
        limit=EARN,
        problems=(
            *AT_TILL,
            *LIMITED,
            UnitNotOffered,
            OrderReferenceRequired,
            OrderReferenceUsed,
            OccurredAtRefused,
            CategoryRequired,
            CategoryUnknown,
        ),
    )
    async def earn_points(
        self,
        card_id: FromPath[UUID],
        data: JSONBody[Earn],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        return respond(await ledger.book(EarnPoints(data), caller.request(data, card_id=card_id)))

    @booking_route(
        "/stamps",
        requires(MANAGE_CARDS),
        operation_id="addStamp",
        summary="Add a stamp",
        description="Too early, it is refused with the time from which the next stamp is possible.",
        view=StampView,
        limit=STAMP,
        problems=(
            *AT_TILL,
            *LIMITED,
            UnitNotOffered,
            StampCooldown,
            DailyStampLimit,
            OccurredAtRefused,
            CategoryUnknown,
        ),
    )
    async def add_stamp(
        self,
        card_id: FromPath[UUID],
        data: JSONBody[Stamp],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        return respond(await ledger.book(AddStamp(data), caller.request(data, card_id=card_id)))

    @booking_route(
        "/redemptions",
        requires(MANAGE_CARDS),
        operation_id="redeemReward",
        summary="Redeem a reward for points, or the full stamp card",
        description="Taken at once. Hold points or stamps to take them when the goods are handed over.",
        view=RedemptionView,
        limit=REDEEM,
        problems=(*AT_TILL, *LIMITED, *REDEEMING, OrderReferenceUsed),
    )
    async def redeem_reward(
        self,
        card_id: FromPath[UUID],
        data: JSONBody[Redemption],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        return respond(await ledger.book(RedeemReward(data), caller.request(data, card_id=card_id)))

    @booking_route(
        "/adjustments",
        requires(ADJUST_POINTS),
        operation_id="adjustPoints",
        summary="Adjust points by hand, with a reason",
        view=AdjustmentView,
        limit=ADJUST,
        problems=(*AT_TILL, UnitNotOffered, BalanceBelowZero),
    )
    async def adjust_points(
        self,
        card_id: FromPath[UUID],
        data: JSONBody[Adjustment],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        return respond(await ledger.book(AdjustPoints(data), caller.request(data, card_id=card_id)))

    @booking_route(
        "/replace",
        requires(MANAGE_CARDS),
        operation_id="replaceCard",
        summary="Give a lost card a new code",
        description="At once; the old code is refused from then on, and is never given to another card. "
        "Its links end too: the holder gets the new address by mail. Codes and links of cards that were merged into it "
        "end with its own.",
        view=ReplacementView,
        limit=ADJUST,
        problems=AT_TILL,
    )
    async def replace_card(
        self,
        card_id: FromPath[UUID],
        data: JSONBody[Replacement],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        return respond(await ledger.book(ReplaceCard(data), caller.request(data, card_id=card_id)))

    @booking_route(
        "/links",
        requires(MANAGE_CARDS),
        operation_id="relinkCard",
        summary="End the card's links and make new ones",
        description="Its page, save link, pass file and Apple pass so far open nothing from then on, nor do those of "
        "cards that were merged into it. The holder gets the new address by mail; the code stays. Also for a card that "
        "is deactivated, while the program is closed, and at a store that is not live.",
        view=RelinkingView,
        limit=ADJUST,
        works_while_off=True,
        problems=(
            *STAFF,
            *KEYED,
            CardNotFound,
            CardInactive,
            CardBusy,
            AlreadyBooked,
        ),
    )
    async def relink_card(
        self,
        card_id: FromPath[UUID],
        data: JSONBody[Relinking],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        return respond(await ledger.book(RelinkCard(), caller.request(data, card_id=card_id)))
