"""Holds at the till: redeem in two steps."""

from uuid import UUID

from litestar import Controller, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import requires
from backend.access.permissions import MANAGE_CARDS
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.operations.hold import ConfirmHold, HoldReward, ReleaseHold
from backend.loyalty.ledger.problems.bookings import InsufficientPoints, InsufficientStamps, OtherStoreOnly
from backend.loyalty.ledger.problems.cards import CardIsFrozen
from backend.loyalty.ledger.problems.holds import HoldExceeded, HoldNotFound, HoldSettled
from backend.loyalty.ledger.routes.booking_route import (
    REDEEM,
    Caller,
    booking_route,
    respond,
)
from backend.loyalty.ledger.routes.problem_sets import AT_TILL, LIMITED, REDEEMING
from backend.loyalty.ledger.schemas.bookings import RedemptionView
from backend.loyalty.ledger.schemas.holds import Confirmation, Release, Reservation, ReservationView


class StoreHoldController(Controller):
    path = "/loyalty/cards/{card_id:uuid}/holds"
    tags = ["Loyalty - Store"]

    @booking_route(
        "/",
        requires(MANAGE_CARDS),
        operation_id="reserveReward",
        summary="Hold points or stamps for a reward",
        description="For ten minutes; then they are free again.",
        view=ReservationView,
        limit=REDEEM,
        problems=(*AT_TILL, *REDEEMING),
    )
    async def hold_reward(
        self,
        card_id: FromPath[UUID],
        data: JSONBody[Reservation],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        return respond(await ledger.book(HoldReward(data), caller.request(data, card_id=card_id)))

    @booking_route(
        "/{hold_id:uuid}/confirm",
        requires(MANAGE_CARDS),
        operation_id="confirmHold",
        summary="Confirm a hold: redeem what is held, or fewer pieces of it",
        description="What is not redeemed is free again.",
        view=RedemptionView,
        limit=REDEEM,
        problems=(
            *AT_TILL,
            *LIMITED,
            CardIsFrozen,
            HoldNotFound,
            HoldSettled,
            HoldExceeded,
            InsufficientPoints,
            InsufficientStamps,
            OtherStoreOnly,
        ),
    )
    async def confirm_hold(
        self,
        card_id: FromPath[UUID],
        hold_id: FromPath[UUID],
        data: JSONBody[Confirmation],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        return respond(await ledger.book(ConfirmHold(hold_id, data), caller.request(data, card_id=card_id)))

    @booking_route(
        "/{hold_id:uuid}/release",
        requires(MANAGE_CARDS),
        operation_id="releaseHold",
        summary="Release a hold: its points or stamps are free again",
        description="A hold that nobody confirms is released by itself after ten minutes.",
        view=ReservationView,
        limit=REDEEM,
        problems=(*AT_TILL, HoldNotFound, HoldSettled),
    )
    async def release_hold(
        self,
        card_id: FromPath[UUID],
        hold_id: FromPath[UUID],
        data: JSONBody[Release],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        return respond(await ledger.book(ReleaseHold(hold_id), caller.request(data, card_id=card_id)))
