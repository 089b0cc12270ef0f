"""Identifiers: UUIDv7, so that rows created together are adjacent in every index."""

from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

CLOCKS_APART = timedelta(minutes=1)
"""The clocks of two servers may differ by this much."""


def new_id() -> UUID:
    return uuid7()


def first_id_at(moment: datetime) -> UUID:
    """The lower bound of all identifiers created at or after this moment, to the millisecond."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def first_id_since(created: UUID) -> UUID:
    """The lower bound of all identifiers created after this one, also by a server whose clock is behind."""
    return UUID(int=max(0, created.int - (int(CLOCKS_APART.total_seconds() * 1000) << 80)))
