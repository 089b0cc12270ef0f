from litestar.handlers import BaseRouteHandler
from structlog.contextvars import bind_contextvars

from backend.access.guards import Connection, act_for
from backend.core.resources import resources_of
from backend.merchants.queries import get_merchant_id


async def for_named_merchant(connection: Connection, _: BaseRouteHandler) -> None:
    """An admin acts for the merchant whose code the address names. Raises MerchantNotFound."""
    code = str(connection.path_params["merchant_code"])
    act_for(connection, await get_merchant_id(resources_of(connection).sessions, code))
    bind_contextvars(on_behalf_of=code)
