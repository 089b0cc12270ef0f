from uuid import UUID

from litestar.handlers import BaseRouteHandler
from structlog.contextvars import bind_contextvars

from backend.access.guards import Connection, act_for
from backend.core.resources import resources_of
from backend.loyalty.ledger.problems.cards import CardNotFound

MERCHANT_OF_CARD = "SELECT merchant_of_card($1)"


async def for_cards_merchant(connection: Connection, _: BaseRouteHandler) -> None:
    """Settles whose card the address names, so that an admin acts for that merchant. Raises CardNotFound."""
    card_id = UUID(str(connection.path_params["card_id"]))
    merchant_id: UUID | None = await resources_of(connection).pool.fetchval(MERCHANT_OF_CARD, card_id)
    if merchant_id is None:
        raise CardNotFound
    act_for(connection, merchant_id)
    bind_contextvars(on_behalf_of=str(merchant_id))
