"""Reads entries: those of a merchant, or those of the platform."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, fields
from datetime import datetime
from operator import eq, ge, lt
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import AuditEntry, AuditHead, ChainHead, PlatformAuditEntry, PlatformAuditHead
from backend.core.database import Sessions
from backend.core.paging import Position

AT_ONCE = 500
# Each distinct value costs one look into the index, however many entries there are.
DISTINCT = """
    WITH RECURSIVE found AS (
      (SELECT {column} AS value FROM {entries} WHERE {own} AND {column} IS NOT NULL ORDER BY {column} LIMIT 1)
      UNION ALL
      SELECT (SELECT e.{column} FROM {entries} e WHERE {own} AND e.{column} > f.value ORDER BY e.{column} LIMIT 1)
      FROM found f WHERE f.value IS NOT NULL
    )
    SELECT f.value, {shown} FROM found f WHERE f.value IS NOT NULL
"""
NAME = """
    (SELECT e.user_name FROM {entries} e WHERE {own} AND e.user_id = f.value
     ORDER BY e.recorded_at DESC, e.id DESC LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """None: not asked."""

    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    user_id: UUID | None = None
    action: str | None = None
    subject: str | None = None
    is_oldest_first: bool = False

    def as_json(self) -> dict[str, str]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: str(value) for name, value in values.items() if value not in (None, False)}


@dataclass(frozen=True, slots=True)
class AuditBook:
    """The entries of one chain. `merchant_id` None: the platform's."""

    sessions: Sessions
    merchant_id: UUID | None

    async def page(self, filters: AuditFilters, position: Position | None, limit: int) -> list[Any]:
        """At most `limit` entries after the position."""
        last = (position.key, position.id) if position else None
        async with self.sessions.committing(self.merchant_id) as session:
            return await self._rows(session, filters, last, limit)

    async def chunks(self, filters: AuditFilters) -> AsyncIterator[list[Any]]:
        """All of them, each chunk in a transaction of its own."""
        last: tuple[datetime, UUID] | None = None
        while True:
            async with self.sessions.committing(self.merchant_id) as session:
                rows = await self._rows(session, filters, last, AT_ONCE)
            yield rows
            if len(rows) < AT_ONCE:
                return
            last = (rows[-1].recorded_at, rows[-1].id)

    async def find(self, entry_id: UUID) -> Any | None:
        async with self.sessions.committing(self.merchant_id) as session:
            return await session.scalar(self._own().where(self._table.id == entry_id))

    async def head(self) -> ChainHead | None:
        async with self.sessions.committing(self.merchant_id) as session:
            if self.merchant_id is None:
                return await session.get(PlatformAuditHead, 1)
            return await session.get(AuditHead, self.merchant_id)

    async def people(self) -> list[tuple[UUID, str]]:
        """Who has entries, with the name of the newest one."""
        return [(row[0], row[1]) for row in await self._distinct("user_id", NAME)]

    async def actions(self) -> list[str]:
        return [row[0] for row in await self._distinct("action", "1")]

    async def _distinct(self, column: str, shown: str) -> list[Any]:
        own = "true" if self.merchant_id is None else "merchant_id = :merchant"
        place = {"own": own, "entries": self._table.__tablename__}
        statement = DISTINCT.format(column=column, shown=shown.format(**place), **place)
        values = {} if self.merchant_id is None else {"merchant": self.merchant_id}
        async with self.sessions.committing(self.merchant_id) as session:
            return list(await session.execute(text(statement), values))

    async def _rows(
        self, session: AsyncSession, filters: AuditFilters, last: tuple[datetime, UUID] | None, limit: int
    ) -> list[Any]:
        return list(await session.scalars(self.in_order(filters, last, limit)))

    def in_order(self, filters: AuditFilters, last: tuple[datetime, UUID] | None, limit: int) -> Select[Any]:
        """The statement of a page; `last`: time and id of the last entry of the page before."""
        columns = self._table.recorded_at, self._table.id
        asked, key = self._own().where(*self._conditions(filters)), tuple_(*columns)
        if last is not None:
            asked = asked.where(key > last if filters.is_oldest_first else key < last)
        order = [each.asc() if filters.is_oldest_first else each.desc() for each in columns]
        return asked.order_by(*order).limit(limit)

    def _conditions(self, filters: AuditFilters) -> list[ColumnElement[bool]]:
        table = self._table
        asked = (
            (ge, table.recorded_at, filters.since),
            (lt, table.recorded_at, filters.until),
            (eq, table.user_id, filters.user_id),
            (eq, table.action, filters.action),
        )
        conditions = [compare(column, value) for compare, column, value in asked if value is not None]
        return conditions if filters.subject is None else [*conditions, self._is_about(filters.subject)]

    def _is_about(self, subject: str) -> ColumnElement[bool]:
        """A merchant's subjects are ids; what is no id is no subject of theirs."""
        if self.merchant_id is None:
            return PlatformAuditEntry.subject == subject
        try:
            return AuditEntry.subject_id == UUID(subject)
        except ValueError:
            return false()

    def _own(self) -> Select[Any]:
        own = select(self._table)
        return own if self.merchant_id is None else own.where(AuditEntry.merchant_id == self.merchant_id)

    @property
    def _table(self) -> Any:
        return PlatformAuditEntry if self.merchant_id is None else AuditEntry


async def find_entry(
    session: AsyncSession, merchant_id: UUID, subject_id: UUID, recorded_at: datetime
) -> AuditEntry | None:
    """The newest entry of that moment about one row."""
    entry: AuditEntry | None = await session.scalar(
        select(AuditEntry)
        .where(
            AuditEntry.merchant_id == merchant_id,
            AuditEntry.subject_id == subject_id,
            AuditEntry.recorded_at == recorded_at,
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return entry
