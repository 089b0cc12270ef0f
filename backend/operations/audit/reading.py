"""What the pages of the audit show, for owners and for the platform."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from backend.audit.actions import record_change, record_platform_change
from backend.audit.export import export_csv
from backend.audit.models import AnyEntry, subject_of
from backend.audit.problems import AuditEntryNotFound
from backend.audit.queries import AuditBook, AuditFilters
from backend.audit.schemas import AuditChain, AuditEntryView, AuditOverview, AuditPerson
from backend.audit.words import AuditWords
from backend.core.database import Sessions
from backend.core.days import moments_of
from backend.core.origin import Origin, PlatformOrigin
from backend.core.paging import Cursors
from backend.core.schemas import Page
from backend.merchants.models import Merchant, Store
from backend.operations.audit.subjects import read_subject_names

EXPORTED = "audit.exported"


@dataclass(frozen=True, slots=True)
class AuditAsked:
    """The filters of a request. None: not asked."""

    first_day: date | None
    last_day: date | None
    user_id: UUID | None
    action: str | None
    subject: str | None
    is_oldest_first: bool = False


@dataclass(frozen=True, slots=True)
class AuditReader:
    """Reads one chain, in words of the reader."""

    book: AuditBook
    words: AuditWords
    now: datetime
    zone: tzinfo
    """Where days begin."""

    def filters(self, asked: AuditAsked) -> AuditFilters:
        since, until = moments_of(asked.first_day, asked.last_day, self.zone)
        return AuditFilters(since, until, asked.user_id, asked.action, asked.subject, asked.is_oldest_first)

    async def overview(self) -> AuditOverview:
        words, head = self.words, await self.book.head()
        people = [AuditPerson(*person) for person in await self.book.people()]
        actions = [words.action(action) for action in await self.book.actions()]
        return AuditOverview(
            chain=AuditChain(
                entry_count=head.seq if head else 0,
                checked_at=head.checked_at if head else None,
                checked_count=head.checked_seq if head else None,
                is_intact=head.fault is None if head and head.checked_at else None,
                faulty_seq=head.faulty_seq if head else None,
            ),
            people=sorted(people, key=lambda person: person.name.casefold()),
            actions=sorted(actions, key=lambda action: (action.group.casefold(), action.title.casefold())),
        )

    async def page(
        self, cursors: Cursors, filters: AuditFilters, limit: int, after: str | None
    ) -> Page[AuditEntryView]:
        """Raises CursorExpired."""
        scope = repr(("audit", str(self.book.merchant_id), filters))
        rows = await self.book.page(filters, cursors.read(scope, after, self.now), limit + 1)
        shown, has_more = rows[:limit], len(rows) > limit
        cursor = cursors.write(scope, shown[-1].recorded_at, shown[-1].id, self.now) if has_more else None
        return Page(await self._views(shown), cursor, has_more)

    async def get(self, entry_id: UUID) -> AuditEntryView:
        """Raises AuditEntryNotFound."""
        entry = await self.book.find(entry_id)
        if entry is None:
            raise AuditEntryNotFound
        return (await self._views([entry]))[0]

    def lines(self, filters: AuditFilters) -> AsyncIterator[bytes]:
        return export_csv(self.each(filters), self.words.language)

    async def each(self, filters: AuditFilters) -> AsyncIterator[AuditEntryView]:
        """All of them, in their order."""
        async for chunk in self.book.chunks(filters):
            for view in await self._views(chunk):
                yield view

    async def _views(self, entries: Sequence[AnyEntry]) -> list[AuditEntryView]:
        subjects = [subject for entry in entries if (subject := subject_of(entry)) is not None]
        names = await read_subject_names(self.book.sessions, self.book.merchant_id, subjects)
        words = self.words.knowing(names)
        return [words.entry(entry) for entry in entries]


async def owners_reader(sessions: Sessions, origin: Origin) -> AuditReader:
    return await _reader(sessions, origin.merchant_id, origin.language, origin.now)


async def platforms_reader(sessions: Sessions, origin: PlatformOrigin, merchant_id: UUID | None) -> AuditReader:
    """Of the platform's own chain, or of a merchant's."""
    if merchant_id is not None:
        return await _reader(sessions, merchant_id, origin.language, origin.now)
    return AuditReader(AuditBook(sessions, None), AuditWords(origin.language), origin.now, UTC)


async def record_export(sessions: Sessions, origin: Origin, filters: AuditFilters) -> None:
    async with sessions.committing(origin.merchant_id) as session:
        record_change(session, origin, EXPORTED, after={"filters": filters.as_json()})


async def record_platform_export(sessions: Sessions, origin: PlatformOrigin, chain: str, filters: AuditFilters) -> None:
    """`chain`: the merchant's code, or `platform`."""
    async with sessions.committing() as session:
        record_platform_change(session, origin, EXPORTED, subject=chain, after={"filters": filters.as_json()})


async def _reader(sessions: Sessions, merchant_id: UUID, language: str, now: datetime) -> AuditReader:
    async with sessions.committing(merchant_id) as session:
        zone = await session.scalar(select(Merchant.timezone).where(Merchant.id == merchant_id))
        stores = await session.execute(select(Store.id, Store.name).where(Store.merchant_id == merchant_id))
        names = {str(row[0]): row[1] for row in stores}
    assert zone is not None, "the merchant exists"
    return AuditReader(AuditBook(sessions, merchant_id), AuditWords(language, names), now, ZoneInfo(zone))
