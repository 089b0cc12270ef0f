"""The outcome of a booking by its idempotency key, for a till that got no response."""

from typing import Annotated
from urllib.parse import unquote
from uuid import UUID

from litestar import Controller, get
from litestar.params import PathParameter

from backend.access.guards import principal_of
from backend.access.problems import SessionExpired, StaysWithOwner, Unauthenticated
from backend.core.answers import find_status
from backend.core.enums import BookingOutcome
from backend.core.idempotency import state_of
from backend.core.openapi import refusals
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.core.schemas import Answer

PATH = b"/idempotency/"
SentKey = Annotated[str, PathParameter(description="The `Idempotency-Key` of the booking, percent-encoded.")]


class KeyState(Answer):
    """What became of a booking that was sent with a key."""

    state: BookingOutcome
    """`booked`: see `transaction_id`. `refused`: a problem is stored under the key. `not_booked`: the key is unknown,
    or there was nothing to book; repeating is safe."""
    transaction_id: UUID | None = None
    """Id of the transaction that was booked. Null when there is none."""


class IdempotencyController(Controller):
    path = "/idempotency"
    tags = ["Idempotency"]

    @get(
        "/{key:path}",
        operation_id="getIdempotencyKey",
        summary="What became of a booking sent with this key",
        description="Send the key percent-encoded: `R%2F7` for `R/7`.",
        responses=refusals(Unauthenticated, SessionExpired, StaysWithOwner),
    )
    async def state(self, request: ApiRequest, key: SentKey) -> KeyState:
        # Litestar's parameter is decoded and lacks leading, trailing and repeated slashes.
        key = unquote(request.scope["raw_path"].partition(PATH)[2].decode())
        merchant = principal_of(request).merchant
        # Keys are printable, and PostgreSQL refuses text that contains NUL.
        if merchant is None or not key.isprintable():
            return KeyState("not_booked")
        status, transaction_id = await find_status(resources_of(request).pool, merchant.id, key)
        return KeyState(state_of(status), transaction_id)
