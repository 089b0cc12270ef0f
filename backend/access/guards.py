"""Questions asked before a handler runs: who, where, may they, how often.

Every guard is asynchronous: the framework sends others to a thread, which costs more than what they ask.
"""

from collections.abc import Awaitable
from typing import Any, cast
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from backend.access.actor import Actor, Place
from backend.access.permissions import BY_ROLE
from backend.access.problems import Forbidden, StoreNotFound, StoreRequired
from backend.core.idempotency import KEY_MAX
from backend.core.requests import client_network

Connection = ASGIConnection[Any, Any, Any, Any]


def actor_of(connection: Connection) -> Actor:
    """The signed-in actor; the router's `signed_in` guard has put them there."""
    actor: Actor = connection.scope["state"]["actor"]
    return actor


def place_of(connection: Connection) -> Place:
    place: Place = connection.scope["state"]["place"]
    return place


def act_for(connection: Connection, merchant_id: UUID) -> None:
    """Settles the merchant for one of the platform's own people."""
    connection.scope["state"]["on_behalf_of"] = merchant_id


async def at_store(connection: Connection, _: BaseRouteHandler) -> None:
    """Settles the store: the only one, or the one named in X-Store-Code. Raises StoreRequired or StoreNotFound."""
    stores, code = actor_of(connection).stores, connection.headers.get("x-store-code")
    if code is None and len(stores) > 1:
        raise StoreRequired(stores=[store.code for store in stores])
    found = [store for store in stores if code is None or store.code == code.upper()]
    if not found:
        raise StoreNotFound
    connection.scope["state"]["place"] = found[0]


def together(*guards: Guard) -> Guard:
    """One guard that asks these in their order: the framework copies the whole handler for each one it asks."""

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        for question in guards:
            await cast("Awaitable[None]", question(connection, handler))

    return guard


def requires(permission: str) -> Guard:
    """Raises Forbidden unless the actor has the permission at the settled store."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        if permission not in actor_of(connection).permissions_at(place_of(connection)):
            raise Forbidden(permission=permission)

    return guard


def for_owner(permission: str) -> Guard:
    """Raises Forbidden unless the actor owns the merchant: what a store member may do ends at the store."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        actor = actor_of(connection)
        if actor.role != "merchant_owner" or permission not in BY_ROLE[actor.role]:
            raise Forbidden(permission=permission)

    return guard


def for_platform(permission: str) -> Guard:
    """Raises Forbidden unless the actor is one of the platform's own people and has the permission."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        actor = actor_of(connection)
        if actor.merchant is not None or permission not in actor.permissions:
            raise Forbidden(permission=permission)

    return guard


def limited(name: str, per_minute: int, *, keeps_answers: bool = False) -> Guard:
    """Raises RateLimited past so many requests a minute of one caller: the user, or the network of a stranger.

    `keeps_answers`: the route keeps them by idempotency key, so repetitions of a request are not counted again.
    """

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        state = connection.scope["state"]
        actor: Actor | None = state.get("actor")
        caller = actor.user_id.hex if actor else client_network(connection)
        repeatable = connection.headers.get("idempotency-key", "")[:KEY_MAX] if keeps_answers else ""
        state["allowance"] = await connection.app.state.limiter.take(name, caller, per_minute, repeatable=repeatable)

    return guard
