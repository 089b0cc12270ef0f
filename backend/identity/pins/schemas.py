from datetime import datetime
from uuid import UUID

from backend.core.schemas import Answer


class PersonPin(Answer):
    """A person who works at the store, and how it stands with their PIN."""

    user_id: UUID
    name: str
    is_set: bool
    locked_until: datetime | None
    """Null unless wrong attempts lock it at present."""
    is_disabled: bool
    """Ten wrong attempts without a right one between: it opens nothing until it is unlocked."""
    last_used_at: datetime | None


class StorePins(Answer):
    data: list[PersonPin]
