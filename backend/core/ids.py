"""Identifiers: UUIDv7, so that rows made together lie together in every index."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()


def first_id_at(moment: datetime) -> UUID:
    """No identifier made from this millisecond on is smaller."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
