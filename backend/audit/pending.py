"""Entries wait in their session and are written as the last thing of its transaction.

The first entry of a transaction locks the head of its chain until the commit. Written last, and in one order of the
chains, entries never wait for a lock while they hold a head: two changes of one merchant run one after the other, and
cannot wait for each other.
"""

from collections.abc import Iterable
from itertools import groupby
from uuid import UUID

from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from backend.audit.models import AnyEntry, AuditEntry

PENDING = "audit_entries"
LAST = UUID(int=2**128 - 1)
"""The platform's chain comes after those of all merchants."""


def add_entry(session: AsyncSession, entry: AnyEntry) -> None:
    """The entry is written when the transaction is committed, and not at all when it is rolled back."""
    session.info.setdefault(PENDING, []).append(entry)


@event.listens_for(Session, "before_commit")
def _write_entries(session: Session) -> None:
    if session.in_nested_transaction() or PENDING not in session.info:
        return
    entries: list[AnyEntry] = session.info.pop(PENDING)
    session.flush()
    for chain, own in groupby(sorted(entries, key=_chain), key=_chain):
        _write_chain(session, chain, own)


def _write_chain(session: Session, chain: UUID, entries: Iterable[AnyEntry]) -> None:
    if chain != LAST:
        # Nothing follows in this transaction that would need another merchant.
        session.execute(select(func.set_config("app.merchant_id", str(chain), True)))
    for entry in entries:
        session.add(entry)
        session.flush()


def _chain(entry: AnyEntry) -> UUID:
    return entry.merchant_id if isinstance(entry, AuditEntry) else LAST
