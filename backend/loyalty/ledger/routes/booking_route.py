"""What every route that books has in common."""

from dataclasses import dataclass
from typing import Annotated, TypedDict, Unpack
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter
from litestar.types import Guard

from backend.access.guards import DEVICES, WORKS_WHILE_OFF, all_of, limited
from backend.core.idempotency import Key, Reply, key_for
from backend.core.openapi import refusals, success
from backend.core.openapi.headers import RequiredHeader
from backend.core.origin import Origin
from backend.core.platform_settings import LimitSetting
from backend.core.problems import Problem
from backend.core.requests import ApiRequest
from backend.core.schemas import Answer, Body
from backend.loyalty.ledger.booking.decided import CREATED
from backend.loyalty.ledger.booking.request import BookingRequest, OverrideBody, PinBody

TRANSACTIONS, CARDS = "/api/v1/store/loyalty/transactions", "/api/v1/store/loyalty/cards"
"""Addresses of what is created at a store. An office has no address for a single transaction."""
BookingLimit = tuple[str, int | LimitSetting]
"""The name and the number of requests a minute of one user."""
EARN: BookingLimit = ("earn", lambda limits: limits.earn_per_minute)
STAMP: BookingLimit = ("stamp", lambda limits: limits.stamp_per_minute)
REDEEM: BookingLimit = ("redeem", lambda limits: limits.redeem_per_minute)
VOID: BookingLimit = ("void", lambda limits: limits.void_per_minute)
ADJUST: BookingLimit = ("adjust", lambda limits: limits.adjust_per_minute)

KEPT_FIRST = "1 to 128 printable characters, made by the client and kept before the request is sent."
IdempotencyKey = Annotated[
    str | None,
    RequiredHeader(name="Idempotency-Key", required=False, description=KEPT_FIRST),
]
OptionalKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        required=False,
        description=f"{KEPT_FIRST} Optional: without one, the request is safe to repeat and is done again.",
    ),
]


class BookingTarget(TypedDict, total=False):
    """The card of a booking, named by one of these; a merge names two."""

    card_id: UUID
    other_card_id: UUID
    transaction_id: UUID
    order_reference: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and the idempotency key of the call."""

    origin: Origin
    idempotency_key: str | None
    permission: str | None = None
    """What the operation asks for."""

    def request(self, body: Body, **target: Unpack[BookingTarget]) -> BookingRequest:
        """Raises IdempotencyKeyMissing."""
        staff_id, pin = (body.staff_id, body.staff_pin) if isinstance(body, PinBody) else (None, None)
        override = body.override if isinstance(body, OverrideBody) else None
        return BookingRequest(
            self.origin,
            self.key(body),
            staff_id=staff_id,
            staff_pin=pin,
            permission=self.permission,
            override=override,
            **target,
        )

    def key(self, body: Body) -> Key:
        """The same for the same request at the same store, or of the same tablet. Raises IdempotencyKeyMissing."""
        return key_for(self.idempotency_key, self.origin.key_scope, body)

    def optional_key(self, body: Body) -> Key | None:
        """For what is safe to repeat without a key; with one the answer is the same too."""
        return self.key(body) if self.idempotency_key is not None else None


def provide_caller(
    request: ApiRequest, origin: NamedDependency[Origin], idempotency_key: IdempotencyKey = None
) -> Caller:
    return Caller(origin, idempotency_key, request.scope["state"].get("permission"))


def booking_route(
    path: str,
    *guards: Guard,
    operation_id: str,
    summary: str,
    view: type[Answer],
    limit: BookingLimit,
    problems: tuple[type[Problem], ...],
    description: str | None = None,
    statuses: tuple[int, ...] = (201,),
    after_limit: tuple[Guard, ...] = (),
    works_while_off: bool = False,
    devices: bool | str = False,
) -> HTTPRouteHandler:
    """A POST whose answer is stored under its idempotency key and repeated byte for byte.

    `after_limit`: guards that read the database. `works_while_off`: also at a store that is not live.
    `devices`: open to tablets, or TILL_ONLY: not to kiosks.
    """
    asked = (*guards, limited(*limit, keeps_answers=True), *after_limit)
    successes: dict[int, ResponseSpec] = {status: success(view) for status in statuses}
    return post(
        path,
        operation_id=operation_id,
        summary=summary,
        description=description,
        guards=[all_of(*asked)],
        opt={WORKS_WHILE_OFF: works_while_off, DEVICES: devices},
        responses=successes | refusals(*problems),
    )


class _Id(msgspec.Struct):
    id: UUID


class _Created(msgspec.Struct):
    """What the address of something created needs of its answer."""

    id: UUID | None = None
    transaction: _Id | None = None
    transactions: list[_Id] = []


def respond(reply: Reply, location: str = "") -> Response[bytes]:
    """The bytes as they are, so that a repeated answer cannot differ.

    `location`: the address below which the transaction, or the answer itself, is found.
    """
    headers = dict(reply.headers)
    if location and reply.status == CREATED:
        created = msgspec.json.decode(reply.body, type=_Created)
        lines = [created.transaction] if created.transaction else created.transactions
        headers["Location"] = f"{location}/{lines[0].id if lines else created.id}"
    return Response(reply.body, status_code=reply.status, media_type=reply.media_type, headers=headers)
