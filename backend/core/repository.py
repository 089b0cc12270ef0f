"""Reads and writes one merchant's rows: single rows, and lists with filters, a sort order and signed cursors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Generic, NamedTuple, TypeVar, cast
from uuid import UUID

from advanced_alchemy.filters import LimitOffset, OrderBy, StatementFilter, StatementTypeT
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from backend.core.days import moments_of
from backend.core.models import TenantEntity
from backend.core.paging import Cursors, Position
from backend.core.problems import Problem
from backend.core.schemas import Answer, Page
from i18n.unseen import CONTROL

Entity = TypeVar("Entity", bound=TenantEntity)
View = TypeVar("View", bound=Answer)
Filter = StatementFilter | ColumnElement[bool]


class Sorting(NamedTuple):
    """Rows with equal values are sorted by id, so that every row has one position.

    The column is NOT NULL, and a number, a text or a time: cursors bring dates back as texts.
    """

    column: InstrumentedAttribute[Any]
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What the reader of a list asks for. A cursor is accepted only by the list, sorting and filters that made it."""

    name: str
    filters: Sequence[object]
    """The values of the filters. With the name and the sorting they are part of the cursor's signature."""
    sorting: Sorting
    limit: int
    after: str | None
    now: datetime

    @property
    def scope(self) -> str:
        return repr((self.name, *map(str, self.filters), self.sorting.column.key, self.sorting.is_descending))


class TenantRepository(SQLAlchemyAsyncRepository[Entity], Generic[Entity]):
    """The rows of one merchant. All reads have the merchant in their WHERE clause, and new rows get the merchant.

    A subclass names its `model_type`.
    """

    def __init__(self, session: AsyncSession, merchant_id: UUID) -> None:
        own = select(self.model_type).where(self.model_type.merchant_id == merchant_id)
        super().__init__(session=session, statement=own, auto_refresh=False, wrap_exceptions=False)
        self.merchant_id = merchant_id

    async def find(self, row_id: UUID, *, is_locked: bool = False) -> Entity | None:
        """`is_locked`: locks the row until the transaction ends."""
        return await self.get_one_or_none(id=row_id, with_for_update=is_locked or None)

    async def find_or_raise(self, row_id: UUID, problem: type[Problem], *, is_locked: bool = False) -> Entity:
        row = await self.find(row_id, is_locked=is_locked)
        if row is None:
            raise problem
        return row

    async def add(self, data: Entity, **options: Any) -> Entity:
        data.merchant_id = self.merchant_id
        return await super().add(data, **options)

    async def page(
        self, query: ListQuery, cursors: Cursors, show: Callable[[Entity], View], *filters: Filter
    ) -> Page[View]:
        """One page of the list in its order. Raises CursorExpired."""
        scope = f"{self.merchant_id} {query.scope}"
        position = cursors.read(scope, query.after, query.now)
        keyset = [_After(query.sorting, position)] if position else []
        rows = list(await self.get_many(*filters, *keyset, *_order(query.sorting), LimitOffset(query.limit + 1, 0)))
        shown, has_more = rows[: query.limit], len(rows) > query.limit
        return Page(
            [show(row) for row in shown], _cursor(query, scope, shown[-1], cursors) if has_more else None, has_more
        )


class _After(StatementFilter):
    """Rows after the last row of the previous page. Unlike an offset it costs the same on every page."""

    def __init__(self, sorting: Sorting, position: Position) -> None:
        self._sorting, self._position = sorting, position

    def append_to_statement(self, statement: StatementTypeT, model: Any, *_: Any, **__: Any) -> StatementTypeT:
        key = tuple_(self._sorting.column, model.id)
        last = self._position.key, self._position.id
        assert isinstance(statement, Select), "only reads have pages"
        return cast("StatementTypeT", statement.where(key < last if self._sorting.is_descending else key > last))


def words_in(column: InstrumentedAttribute[str], text: str) -> list[ColumnElement[bool]]:
    """All words of the text occur in the column, which is folded by the SQL function `search_text`.

    Control characters separate words: no stored text has any, and PostgreSQL refuses NUL.
    """
    return [func.strpos(column, func.folded(word)) > 0 for word in CONTROL.sub(" ", text).split()]


def within(
    column: InstrumentedAttribute[datetime], first: date | None, last: date | None, zone: tzinfo
) -> list[ColumnElement[bool]]:
    """From the first day until the last one, both included. None: not asked."""
    since, until = moments_of(first, last, zone)
    lower = [column >= since] if since else []
    return [*lower, column < until] if until else lower


def _order(sorting: Sorting) -> list[OrderBy]:
    direction: Any = "desc" if sorting.is_descending else "asc"
    return [OrderBy(sorting.column, direction), OrderBy("id", direction)]


def _cursor(query: ListQuery, scope: str, last: Entity, cursors: Cursors) -> str:
    return cursors.write(scope, getattr(last, query.sorting.column.key), last.id, query.now)
