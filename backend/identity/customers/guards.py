"""A customer's session, which is none of the staff's."""

from dataclasses import dataclass
from uuid import UUID

from litestar.handlers import BaseRouteHandler
from sqlalchemy import select
from structlog.contextvars import bind_contextvars

from backend.access.guards import Connection
from backend.access.problems import SessionExpired, Unauthenticated
from backend.core.clock import clock
from backend.core.resources import resources_of
from backend.identity.customers.models import CustomerSession
from backend.identity.customers.problems import CustomerErased
from backend.identity.customers.tokens import read_token
from backend.identity.guards import bearer_token


@dataclass(frozen=True, slots=True)
class SignedInCustomer:
    merchant_id: UUID
    customer_id: UUID
    session_id: UUID


def customer_of(connection: Connection) -> SignedInCustomer:
    """The customer that the guard `customer_signed_in` has stored in the scope."""
    customer: SignedInCustomer = connection.scope["state"]["customer"]
    return customer


async def customer_signed_in(connection: Connection, _: BaseRouteHandler) -> None:
    """Raises Unauthenticated, SessionExpired or CustomerErased."""
    claim = read_token(bearer_token(connection))
    if claim is None:
        raise Unauthenticated
    columns = select(CustomerSession.customer_id, CustomerSession.expires_at, CustomerSession.ended_at)
    async with resources_of(connection).sessions.committing(claim.merchant_id) as session:
        found = await session.execute(
            columns.where(
                CustomerSession.merchant_id == claim.merchant_id,
                CustomerSession.id == claim.id,
                CustomerSession.token_hash == claim.hash,
            )
        )
    row = found.one_or_none()
    if row is None or row.ended_at is not None:
        raise Unauthenticated
    if row.expires_at <= clock.now():
        raise SessionExpired
    if row.customer_id is None:
        raise CustomerErased
    connection.scope["state"]["customer"] = SignedInCustomer(claim.merchant_id, row.customer_id, claim.id)
    bind_contextvars(customer=str(row.customer_id))
