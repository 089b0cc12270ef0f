"""Did it work? For a till that got no answer."""

from typing import Any
from urllib.parse import unquote
from uuid import UUID

from litestar import Controller, Request, get
from litestar.params import FromPath

from backend.access.guards import actor_of
from backend.access.problems import SessionExpired, Unauthenticated
from backend.core.answers import find_status
from backend.core.idempotency import state_of
from backend.core.openapi import refusals
from backend.core.schemas import Answer

PATH = b"/idempotency/"


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
        "/{key:path}",
        operation_id="getIdempotencyKey",
        summary="What became of a booking sent with this key",
        description="Send the key percent-encoded: `R%2F7` for `R/7`.",
        responses=refusals(Unauthenticated, SessionExpired),
    )
    async def state(self, request: Request[Any, Any, Any], key: FromPath[str]) -> KeyState:
        # The router has decoded its own, and left out slashes that stand at an end or beside each other.
        key = unquote(request.scope["raw_path"].partition(PATH)[2].decode())
        merchant = actor_of(request).merchant
        # No key has other characters, and PostgreSQL takes no text with a NUL.
        if merchant is None or not key.isprintable():
            return KeyState("not_booked")
        status, transaction_id = await find_status(request.app.state.pool, merchant.id, key)
        return KeyState(state_of(status), transaction_id)
