"""Identifiers: UUIDv7, so that rows created together are adjacent in every index."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()


def first_id_at(moment: datetime) -> UUID:
    """The lower bound of all identifiers created at or after this moment, to the millisecond."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
