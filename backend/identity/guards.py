from litestar.handlers import BaseRouteHandler
from structlog.contextvars import bind_contextvars

from backend.access.guards import ON_BEHALF, Connection, actor_of
from backend.access.problems import PasswordNeeded, SecondFactorMissing, SessionExpired, StaysWithOwner, Unauthenticated
from backend.core.clock import clock
from backend.core.resources import resources_of
from backend.identity.problems import ConfirmationRequired
from backend.identity.queries import find_actor, note_seen
from backend.identity.sessions.limits import is_confirmed, is_over, lacks_factor, must_be_noted

SCHEME = "bearer "


def bearer_token(connection: Connection) -> str:
    """Raises Unauthenticated when the request has no bearer token."""
    header = connection.headers.get("authorization", "")
    if not header.lower().startswith(SCHEME):
        raise Unauthenticated
    return header[len(SCHEME) :].strip()


async def identified(connection: Connection, handler: BaseRouteHandler) -> None:
    """Stores the request's actor in the scope: for the till, also of a session that a PIN began.

    Raises Unauthenticated, SessionExpired or StaysWithOwner.
    """
    resources, now = resources_of(connection), clock.now()
    actor = await find_actor(resources.pool, bearer_token(connection), now)
    if actor is None:
        raise Unauthenticated
    if is_over(actor, resources.live.current.security, now):
        raise SessionExpired
    if actor.on_behalf is not None and not handler.opt.get(ON_BEHALF, False):
        raise StaysWithOwner
    if must_be_noted(actor, now):
        await note_seen(resources.pool, actor.sign_in_id, now)
    connection.scope["state"]["actor"] = actor
    bind_contextvars(actor=str(actor.user_id), merchant=actor.merchant.code if actor.merchant else None)


async def authenticated(connection: Connection, handler: BaseRouteHandler) -> None:
    """As `identified`, of a session that began with a password, also where a second factor has yet to be set up.

    Raises Unauthenticated, SessionExpired, StaysWithOwner or PasswordNeeded.
    """
    await identified(connection, handler)
    if actor_of(connection).is_by_pin:
        raise PasswordNeeded


async def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """Raises Unauthenticated, SessionExpired, PasswordNeeded or SecondFactorMissing."""
    await authenticated(connection, handler)
    if needs_factor(connection):
        raise SecondFactorMissing


async def confirmed(connection: Connection, _: BaseRouteHandler) -> None:
    """Raises ConfirmationRequired unless the person gave password and second factor a few minutes ago."""
    if not is_confirmed(actor_of(connection), clock.now()):
        raise ConfirmationRequired


def needs_factor(connection: Connection) -> bool:
    """Whether the actor may do nothing but set up a second factor."""
    return lacks_factor(actor_of(connection), is_production=resources_of(connection).settings.is_production)
