"""The email log, for the platform's own people: over all merchants, without a statement that sees the rows of two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.backlog import Backlog
from backend.core.days import moments_of
from backend.core.paging import Cursors
from backend.core.schemas import Page
from backend.merchants.models import Merchant
from backend.messaging.metrics import MAILS_AGE, MAILS_WAITING
from backend.messaging.models import EmailLog, PlatformMail
from backend.messaging.problems import EmailNotFound
from backend.messaging.schemas import EmailSummary
from backend.messaging.views import summary_view

LIST = "SELECT * FROM mail_list($1, $2::jsonb, $3, $4, $5) ORDER BY created_at {0}, id {0} LIMIT $5"
MERCHANTS_OF_MAILS = "SELECT mail_id, merchant_id FROM merchants_of_mails($1)"
BACKLOG = "SELECT coalesce(sum(waiting), 0) AS waiting, min(oldest_at) AS oldest_at FROM mail_backlog()"
BEFORE_ALL = datetime(1, 1, 2, tzinfo=UTC), UUID(int=0)
AFTER_ALL = datetime(9999, 12, 31, tzinfo=UTC), UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class EmailFilters:
    """None: not asked."""

    status: str | None = None
    template_code: str | None = None
    recipient: str | None = None
    """The whole address, in any case."""
    first_day: date | None = None
    last_day: date | None = None
    """Days of UTC on which the mail was queued."""
    customer_id: UUID | None = None
    """Mails about the cards of this customer."""
    is_oldest_first: bool = False

    def stored(self) -> Mapping[str, str]:
        since, until = moments_of(self.first_day, self.last_day, UTC)
        values = {
            "status": self.status,
            "template_code": self.template_code,
            "recipient": self.recipient,
            "from": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
            "customer_id": str(self.customer_id) if self.customer_id else None,
            "order": "oldest" if self.is_oldest_first else None,
        }
        return {name: value for name, value in values.items() if value}


async def list_emails(
    pool: asyncpg.Pool,
    cursors: Cursors,
    merchant_id: UUID | None,
    filters: EmailFilters,
    *,
    limit: int,
    after: str | None,
    now: datetime,
    language: str,
) -> Page[EmailSummary]:
    """Of all merchants and the platform, or of one merchant. Raises CursorExpired."""
    scope = repr(("emails", str(merchant_id), filters))
    position = cursors.read(scope, after, now)
    first = BEFORE_ALL if filters.is_oldest_first else AFTER_ALL
    begin = (position.key, position.id) if position else first
    statement = LIST.format("ASC" if filters.is_oldest_first else "DESC")
    rows = await pool.fetch(statement, merchant_id, msgspec.json.encode(filters.stored()).decode(), *begin, limit + 1)
    shown, has_more = rows[:limit], len(rows) > limit
    cursor = cursors.write(scope, shown[-1]["created_at"], shown[-1]["id"], now) if has_more else None
    return Page([summary_view(row, language) for row in shown], cursor, has_more)


async def count_waiting(pool: asyncpg.Pool, now: datetime) -> None:
    """Sets the metrics of the queue."""
    backlog = await read_mail_backlog(pool)
    MAILS_WAITING.set(backlog.waiting)
    MAILS_AGE.set(backlog.age_seconds(now))


async def read_mail_backlog(pool: asyncpg.Pool) -> Backlog:
    """Of the platform and of all merchants; those that wait for a retry, too."""
    row = await pool.fetchrow(BACKLOG)
    return Backlog(int(row["waiting"]), row["oldest_at"])


async def find_merchant_of(pool: asyncpg.Pool, mail_id: UUID) -> UUID | None:
    return (await find_merchants_of(pool, [mail_id])).get(mail_id)


async def find_merchants_of(pool: asyncpg.Pool, mail_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """By mail, without the platform's mails and those that do not exist."""
    return dict(await pool.fetch(MERCHANTS_OF_MAILS, mail_ids))


async def get_email(
    session: AsyncSession, merchant_id: UUID | None, mail_id: UUID, *, is_locked: bool = False
) -> EmailLog | PlatformMail:
    """`merchant_id` None: the platform's. Raises EmailNotFound."""
    key: Any = mail_id if merchant_id is None else (merchant_id, mail_id)
    table: Any = PlatformMail if merchant_id is None else EmailLog
    mail: EmailLog | PlatformMail | None = await session.get(table, key, with_for_update=is_locked or None)
    if mail is None:
        raise EmailNotFound
    return mail


async def lock_emails(
    session: AsyncSession, merchant_id: UUID | None, mail_ids: Sequence[UUID]
) -> dict[UUID, EmailLog | PlatformMail]:
    """By id, without those that do not exist. `merchant_id` None: the platform's."""
    if merchant_id is None:
        query: Any = select(PlatformMail).where(PlatformMail.id.in_(mail_ids)).order_by(PlatformMail.id)
    else:
        is_theirs = (EmailLog.merchant_id == merchant_id) & EmailLog.id.in_(mail_ids)
        query = select(EmailLog).where(is_theirs).order_by(EmailLog.id)
    return {mail.id: mail for mail in await session.scalars(query.with_for_update())}


async def find_merchant(session: AsyncSession, merchant_id: UUID | None) -> tuple[str, str] | None:
    """Code and name."""
    if merchant_id is None:
        return None
    row = (await session.execute(select(Merchant.code, Merchant.name).where(Merchant.id == merchant_id))).one()
    return row[0], row[1]
