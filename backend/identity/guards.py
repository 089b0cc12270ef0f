from collections.abc import Awaitable, Callable

from litestar.handlers import BaseRouteHandler
from structlog.contextvars import bind_contextvars

from backend.access.actor import Actor
from backend.access.guards import ON_BEHALF, Connection, actor_of, principal_of
from backend.access.principal import Principal
from backend.access.problems import PasswordNeeded, SecondFactorMissing, SessionExpired, StaysWithOwner, Unauthenticated
from backend.core.clock import clock
from backend.core.resources import resources_of
from backend.identity.problems import ConfirmationRequired
from backend.identity.queries import find_actor, note_seen
from backend.identity.sessions.limits import is_confirmed, is_over, lacks_factor, must_be_noted

SCHEME = "bearer "
SESSION_TOKEN_LENGTH = 43
Finder = Callable[[Connection, str], Awaitable[Principal]]
"""Finds the principal of a token. Raises Unauthenticated, or another problem of status 401."""


def bearer_token(connection: Connection) -> str:
    """Raises Unauthenticated when the request has no bearer token."""
    header = connection.headers.get("authorization", "")
    if not header.lower().startswith(SCHEME):
        raise Unauthenticated
    return header[len(SCHEME) :].strip()


async def identified(connection: Connection, handler: BaseRouteHandler) -> None:
    """Stores the request's principal in the scope: for the till, also a person whose session a PIN began.

    Raises Unauthenticated or SessionExpired; StaysWithOwner, NotForApiKeys or NotForDevices where the operation is not
    open for the principal; RateLimited past a limit of its own.
    """
    token = bearer_token(connection)
    principal = await _finder(token)(connection, token)
    if isinstance(principal, Actor) and principal.on_behalf is not None and not handler.opt.get(ON_BEHALF, False):
        raise StaysWithOwner
    if principal.opened_by is not None and not handler.opt.get(principal.opened_by, False):
        raise principal.refusal
    state = connection.scope["state"]
    if principal.own_limit is not None:
        name, limit = principal.own_limit
        resources = resources_of(connection)
        allowed = limit(resources.live.current.limits)
        state["allowance"] = await resources.limiter.take(name, str(principal.id), allowed)
    state["principal"] = principal
    bind_contextvars(actor=str(principal.id), merchant=principal.merchant.code if principal.merchant else None)


async def find_person(connection: Connection, token: str) -> Actor:
    """Raises Unauthenticated or SessionExpired."""
    resources, now = resources_of(connection), clock.now()
    actor = await find_actor(resources.pool, token, now)
    if actor is None:
        raise Unauthenticated
    if is_over(actor, resources.live.current.security, now):
        raise SessionExpired
    if must_be_noted(actor, now):
        await note_seen(resources.pool, actor.sign_in_id, now)
    return actor


FINDERS: dict[str, Finder] = {}
"""By the prefix of the bearer token. Every other token is a session of a person."""


def _finder(token: str) -> Finder:
    """A session's token is random, and may begin like any; others are longer."""
    if len(token) > SESSION_TOKEN_LENGTH:
        for prefix, finder in FINDERS.items():
            if token.startswith(prefix):
                return finder
    return find_person


async def authenticated(connection: Connection, handler: BaseRouteHandler) -> None:
    """As `identified`; a person's session must have begun with a password. A second factor may be missing yet.

    Also raises PasswordNeeded.
    """
    await identified(connection, handler)
    principal = principal_of(connection)
    if isinstance(principal, Actor) and principal.is_by_pin:
        raise PasswordNeeded


async def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """As `authenticated`. Also raises SecondFactorMissing."""
    await authenticated(connection, handler)
    if needs_factor(connection):
        raise SecondFactorMissing


async def confirmed(connection: Connection, _: BaseRouteHandler) -> None:
    """Raises ConfirmationRequired unless the person gave password and second factor a few minutes ago."""
    if not is_confirmed(actor_of(connection), clock.now()):
        raise ConfirmationRequired


def needs_factor(connection: Connection) -> bool:
    """Whether the person may do nothing but set up a second factor."""
    principal = principal_of(connection)
    if not isinstance(principal, Actor):
        return False
    return lacks_factor(principal, is_production=resources_of(connection).settings.is_production)
