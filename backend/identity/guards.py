from litestar.handlers import BaseRouteHandler
from structlog.contextvars import bind_contextvars

from backend.access.guards import Connection, actor_of
from backend.access.problems import PasswordNeeded, SessionExpired, Unauthenticated
from backend.core.clock import clock
from backend.core.resources import resources_of
from backend.identity.queries import find_actor

SCHEME = "bearer "


def bearer_token(connection: Connection) -> str:
    """Raises Unauthenticated when the request has no bearer token."""
    header = connection.headers.get("authorization", "")
    if not header.lower().startswith(SCHEME):
        raise Unauthenticated
    return header[len(SCHEME) :].strip()


async def authenticated(connection: Connection, _: BaseRouteHandler) -> None:
    """Stores the request's actor in the scope, also of a session that a PIN began.

    Raises Unauthenticated or SessionExpired.
    """
    actor = await find_actor(resources_of(connection).pool, bearer_token(connection), clock.now())
    if actor is None:
        raise Unauthenticated
    if actor.is_expired:
        raise SessionExpired
    connection.scope["state"]["actor"] = actor
    bind_contextvars(actor=str(actor.user_id), merchant=actor.merchant.code if actor.merchant else None)


async def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """Raises Unauthenticated, SessionExpired, or PasswordNeeded for a session that a PIN began, at a till."""
    await authenticated(connection, handler)
    if actor_of(connection).is_by_pin:
        raise PasswordNeeded
