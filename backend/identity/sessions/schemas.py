from datetime import datetime
from uuid import UUID

from backend.core.schemas import Answer


class OwnSessionView(Answer):
    id: UUID
    browser: str | None
    """Such as `Firefox`; null when it is not recognized."""
    system: str | None
    """Such as `Windows` or `iPhone`."""
    first_seen_at: datetime
    last_seen_at: datetime
    """Written once a minute at most."""
    is_current: bool
    """The session that asks."""


class OwnSessionList(Answer):
    sessions: list[OwnSessionView]
