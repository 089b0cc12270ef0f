"""Rate limits of the addresses that iPhones call."""

from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from backend.access.guards import Connection
from backend.core.openapi.headers import RATE_LIMIT, tells
from backend.core.requests import client_network
from backend.core.resources import resources_of

PER_MINUTE = 120
PER_ADDRESS = 3000
"""A minute. A thousand phones may share the address of a Wi-Fi or a carrier; pushed at the same time, they make two or
three calls each. This is 50 calls a second, a twelfth of what one core can handle."""
PARAMETER_MAX = 200


def limited_by(name: str, parameter: str) -> Guard:
    """A limit per device or pass, and one per address against callers that invent ids."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        limiter = resources_of(connection).limiter
        await limiter.take("apple-address", client_network(connection), PER_ADDRESS)
        await limiter.take(name, str(connection.path_params[parameter])[:PARAMETER_MAX], PER_MINUTE)

    return guard


def limited_by_address(name: str, per_minute: int) -> Guard:
    """Requests with an idempotency key count like all others: phones send none."""

    @tells(sends=RATE_LIMIT)
    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        limiter = resources_of(connection).limiter
        allowance = await limiter.take(name, client_network(connection), per_minute)
        connection.scope["state"]["allowance"] = allowance

    return guard
