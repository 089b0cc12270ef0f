"""Did it work? For a till that got no answer."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.params import FromPath

from backend.access.guards import actor_of
from backend.access.problems import SessionExpired, Unauthenticated
from backend.core.openapi import refusals
from backend.core.schemas import Answer

ANSWER_STATUS = "SELECT * FROM answer_status($1, $2)"
NOTHING_BOOKED, FIRST_REFUSAL = 200, 400


class KeyState(Answer):
    state: str
    """booked | refused | not_booked: nothing is known of it, or nothing was to be booked. With the same key it is safe
    to repeat."""
    transaction_id: UUID | None = None
    """The line of history it booked; None for what leaves none."""


class IdempotencyController(Controller):
    path = "/idempotency"
    tags = ["Idempotency"]

    @get(
        "/{key:str}",
        operation_id="getIdempotencyKey",
        summary="What became of a booking sent with this key",
        responses=refusals(Unauthenticated, SessionExpired),
    )
    async def state(self, request: Request[Any, Any, Any], key: FromPath[str]) -> KeyState:
        merchant = actor_of(request).merchant
        # No key has other characters, and PostgreSQL takes no text with a NUL.
        if merchant is None or not key.isprintable():
            return KeyState("not_booked")
        status, transaction_id = await request.app.state.pool.fetchrow(ANSWER_STATUS, merchant.id, key)
        if status is None or status == NOTHING_BOOKED:
            return KeyState("not_booked")
        return KeyState("refused" if status >= FIRST_REFUSAL else "booked", transaction_id)
