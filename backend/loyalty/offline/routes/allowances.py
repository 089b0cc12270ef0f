"""A tablet has points or stamps held, to redeem them while it is offline."""

from dataclasses import replace
from uuid import UUID

from litestar import Controller, Response, delete
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.features import FeatureDisabled
from backend.core.database import Sessions
from backend.core.keys import KeyRing
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.core.requests import ApiRequest
from backend.devices.principal import TILL_ONLY
from backend.loyalty.ledger.allowances import end_allowance
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.problems.allowances import AllowanceLimitReached, AllowanceNotFound, AllowanceRefused
from backend.loyalty.ledger.problems.bookings import (
    AlreadyBooked,
    InsufficientPoints,
    InsufficientStamps,
    UnitNotOffered,
)
from backend.loyalty.ledger.problems.cards import CardBusy, CardIsFrozen
from backend.loyalty.ledger.routes.booking_route import REDEEM, Caller, booking_route, respond
from backend.loyalty.ledger.routes.problem_sets import KEYED, OF_CARD
from backend.loyalty.ledger.schemas.allowances import AllowanceRequest, AllowanceView
from backend.loyalty.offline.allowances import Allowances
from backend.loyalty.offline.routes.device import OF_DEVICE, at_own_store


class DeviceAllowanceController(Controller):
    path = "/allowances"
    tags = ["Devices"]

    @booking_route(
        "/",
        operation_id="holdAllowance",
        summary="Hold points or stamps of a card for what this tablet will redeem offline",
        description="Where the merchant’s offline rules allow `redeem`, under a grant that has it. Nobody else can "
        "spend them until the allowance is used up, released or over. Less is held where the card has less.",
        view=AllowanceView,
        limit=REDEEM,
        devices=TILL_ONLY,
        problems=(
            *OF_DEVICE,
            *KEYED,
            FeatureDisabled,
            *OF_CARD,
            CardBusy,
            CardIsFrozen,
            AlreadyBooked,
            UnitNotOffered,
            AllowanceRefused,
            AllowanceLimitReached,
            InsufficientPoints,
            InsufficientStamps,
        ),
    )
    async def hold(
        self,
        request: ApiRequest,
        data: JSONBody[AllowanceRequest],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
        sessions: NamedDependency[Sessions],
        key_ring: NamedDependency[KeyRing],
    ) -> Response[bytes]:
        here = replace(caller, origin=at_own_store(request, caller.origin))
        allowances = Allowances(ledger, sessions, key_ring)
        return respond(await allowances.hold(here.origin, data, here.key(data)))

    @delete(
        "/{allowance_id:uuid}",
        operation_id="releaseAllowance",
        summary="Release what is left of an allowance",
        description="After what was redeemed from it was handed in. One that has ended stays as it is.",
        responses=refusals(*OF_DEVICE, AllowanceNotFound),
    )
    async def release(
        self, allowance_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> None:
        async with sessions.committing(origin.merchant_id) as session:
            await end_allowance(session, origin, allowance_id)
