"""Guards: they authenticate, select the store, authorize and limit a request before its handler runs.

Every guard is asynchronous: Litestar runs synchronous guards in a thread, which costs more than the check itself.
"""

from collections.abc import Awaitable
from typing import Any, cast
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.params import HeaderParameter
from litestar.types import Guard

from backend.access.actor import Actor
from backend.access.features import FeatureDisabled
from backend.access.permissions import KEPT_BY_OWNER, PERMISSIONS
from backend.access.principal import ActorStore, Principal
from backend.access.problems import Forbidden, StaysWithOwner, StoreNotFound, StoreRequired
from backend.core.idempotency import KEY_MAX
from backend.core.openapi.headers import RATE_LIMIT, READS, SENDS, marked_headers, tells
from backend.core.platform_settings import LimitSetting
from backend.core.requests import client_network
from backend.core.resources import resources_of

Connection = ASGIConnection[Any, Any, Any, Any]
ON_BEHALF = "on_behalf"
"""In the `opt` of what an admin who acts for a merchant may use; everything else stays with the merchant's people."""
WORKS_WHILE_OFF = "works_while_off"
STORE_CODE = HeaderParameter(
    name="X-Store-Code",
    description="The store where the caller works now. Staff of one store may leave it out; without it staff of "
    "several get `store_required`.",
)
API_KEYS, DEVICES = "api_keys", "devices"
"""In the `opt` of what API keys, or devices, may use; everything else stays with people."""


def principal_of(connection: Connection) -> Principal:
    """The principal that the router's guard has stored in the scope."""
    principal: Principal = connection.scope["state"]["principal"]
    return principal


def actor_of(connection: Connection) -> Actor:
    """The person who makes the request, in an operation that is open to people only."""
    principal = principal_of(connection)
    assert isinstance(principal, Actor), "an operation that needs a person is not open to others"
    return principal


def actor_store_of(connection: Connection) -> ActorStore:
    store: ActorStore = connection.scope["state"]["actor_store"]
    return store


def act_for(connection: Connection, merchant_id: UUID) -> None:
    """Records the merchant for whom a platform user acts."""
    connection.scope["state"]["on_behalf_of"] = merchant_id


@tells(reads=(STORE_CODE,))
async def at_store(connection: Connection, _: BaseRouteHandler) -> None:
    """Selects the store: the principal's only one, or the one named in X-Store-Code.

    Raises StoreRequired or StoreNotFound.
    """
    stores, code = principal_of(connection).stores, connection.headers.get("x-store-code")
    if code is None and len(stores) > 1:
        raise StoreRequired(stores=[store.code for store in stores])
    store = next((store for store in stores if code is None or store.code == code.upper()), None)
    if store is None:
        raise StoreNotFound
    connection.scope["state"]["actor_store"] = store


def with_feature(feature: str) -> Guard:
    """Raises FeatureDisabled unless the feature is on at the selected store.

    A handler whose `opt` has WORKS_WHILE_OFF protects a customer, and works all the same.
    """

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        is_exempt = handler.opt.get(WORKS_WHILE_OFF, False)
        if not is_exempt and not principal_of(connection).has_feature(feature, actor_store_of(connection)):
            raise FeatureDisabled

    return guard


def all_of(*guards: Guard) -> Guard:
    """One guard that runs these in order. Litestar copies the route handler for each guard; this copies it once."""

    @tells(reads=tuple(marked_headers(guards, READS)), sends=tuple(marked_headers(guards, SENDS)))
    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        for each in guards:
            await cast("Awaitable[None]", each(connection, handler))

    return guard


def requires(permission: str) -> Guard:
    """Raises Forbidden unless the principal has the permission at the selected store.

    Whom a device names must have it too: it is kept in the scope as `permission`.
    """

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        if permission not in principal_of(connection).permissions_at(actor_store_of(connection)):
            raise Forbidden(permission)
        connection.scope["state"]["permission"] = permission

    return guard


def stores_with(principal: Principal, permission: str) -> list[UUID] | None:
    """Ids of the stores where the principal has the permission; None for an owner, who has it at closed ones too."""
    if isinstance(principal, Actor) and principal.role == "merchant_owner" and not principal.is_by_pin:
        return None
    return [store.id for store in principal.stores if permission in principal.permissions_at(store)]


def at_some_store(permission: str) -> Guard:
    """Raises Forbidden unless the principal has the permission at one store at least, which `stores_with` lists."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        principal = principal_of(connection)
        if principal.merchant is None or stores_with(principal, permission) == []:
            raise Forbidden(permission)

    return guard


def for_merchant(permission: str) -> Guard:
    """Raises Forbidden unless the principal has the permission for the whole merchant, or StaysWithOwner for one who
    acts on behalf of the owner, who alone has it.

    An owner has. A store member has it where its scope is `merchant` and it is given at one of their stores.
    """

    kept_by = "owner" if PERMISSIONS[permission].scope == "store" else None

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        principal = principal_of(connection)
        if permission not in principal.merchant_permissions:
            is_on_behalf = isinstance(principal, Actor) and principal.on_behalf is not None
            is_kept = is_on_behalf and permission in KEPT_BY_OWNER
            raise StaysWithOwner if is_kept else Forbidden(permission, kept_by)

    return guard


def for_staff(permission: str) -> Guard:
    """Raises Forbidden for platform users, who work for no merchant. It names the permission."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        if actor_of(connection).merchant is None:
            raise Forbidden(permission, "staff")

    return guard


def for_platform(permission: str) -> Guard:
    """Raises Forbidden unless the actor is a platform user with the permission."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        actor = actor_of(connection)
        if actor.merchant is not None or permission not in actor.permissions:
            raise Forbidden(permission)

    return guard


def limited(name: str, per_minute: int | LimitSetting, *, keeps_answers: bool = False) -> Guard:
    """Raises RateLimited past `per_minute` requests of one caller: a principal, or the network of an anonymous client.

    A principal with an own limit is counted by that alone, where it is identified.
    `per_minute`: a number, or a setting that is read for each request.
    `keeps_answers`: the route stores responses by idempotency key, so a repeated request is not counted again.
    """

    @tells(sends=RATE_LIMIT)
    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        state = connection.scope["state"]
        principal: Principal | None = state.get("principal")
        if principal is not None and principal.own_limit is not None:
            return
        caller = str(principal.id) if principal else client_network(connection)
        repeatable = connection.headers.get("idempotency-key", "")[:KEY_MAX] if keeps_answers else ""
        resources = resources_of(connection)
        allowed = per_minute if isinstance(per_minute, int) else per_minute(resources.live.current.limits)
        state["allowance"] = await resources.limiter.take(name, caller, allowed, repeatable=repeatable)

    return guard
