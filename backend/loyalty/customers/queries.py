"""Lists of a merchant's customers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.origin import Origin
from backend.core.paging import Cursors
from backend.core.repository import ListQuery, Sorting, TenantRepository, within
from backend.core.schemas import Page
from backend.loyalty.customers.models import Customer
from backend.loyalty.customers.schemas import CustomerView, ListedCustomer
from backend.merchants.queries import get_zone

ShownCustomer = TypeVar("ShownCustomer", bound=CustomerView)
SORTINGS = {"newest": Sorting(Customer.created_at, is_descending=True), "oldest": Sorting(Customer.created_at)}


@dataclass(frozen=True, slots=True)
class CustomerFilters:
    """None: not asked. Days are those of the merchant, both included."""

    first_day: date | None
    last_day: date | None


class CustomerRepository(TenantRepository[Customer]):
    model_type = Customer


async def list_customers(
    session: AsyncSession, origin: Origin, asked: ListQuery, cursors: Cursors, filters: CustomerFilters
) -> Page[ListedCustomer]:
    """Raises CursorExpired."""
    zone = await get_zone(session, origin.merchant_id)
    days = within(Customer.created_at, filters.first_day, filters.last_day, zone)
    customers = CustomerRepository(session, origin.merchant_id)
    return await customers.page(asked, cursors, listed_customer, *days)


async def customers_by_id(session: AsyncSession, merchant_id: UUID, ids: Iterable[UUID]) -> dict[UUID, CustomerView]:
    """One statement; without those that do not exist."""
    theirs = select(Customer).where(Customer.merchant_id == merchant_id, Customer.id.in_(ids))
    return {row.id: _view(row, CustomerView) for row in await session.scalars(theirs)}


def listed_customer(customer: Customer) -> ListedCustomer:
    return _view(customer, ListedCustomer)


def _view(customer: Customer, view: type[ShownCustomer]) -> ShownCustomer:
    return view(**{field: getattr(customer, field) for field in view.__struct_fields__})
