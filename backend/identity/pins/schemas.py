from datetime import datetime
from uuid import UUID

from backend.core.schemas import Answer


class PersonPin(Answer):
    """A person who works at the store, with the state of their PIN."""

    user_id: UUID
    """Id of the person."""
    name: str
    """Name of the person."""
    is_set: bool
    """True when the person has a PIN."""
    locked_until: datetime | None
    """When the PIN works again (UTC). Null unless it is locked at present."""
    is_disabled: bool
    """True after ten wrong attempts in a row. The PIN opens nothing until somebody unlocks it."""
    last_used_at: datetime | None
    """Latest use of the PIN (UTC). Null before the first one."""


class StorePins(Answer):
    """The PINs at one store."""

    data: list[PersonPin]
    """Everybody who works at the store, by name."""
