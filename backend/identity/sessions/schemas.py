from datetime import datetime
from uuid import UUID

from backend.core.schemas import Answer


class OwnSessionView(Answer):
    """A session of the person."""

    id: UUID
    """Id of the session, for ending it."""
    browser: str | None
    """Name of the browser or app, such as `Firefox`. Null when it is not recognized."""
    system: str | None
    """Operating system, such as `Windows` or `iPhone`. Null when it is not recognized."""
    first_seen_at: datetime
    """When the session began (UTC)."""
    last_seen_at: datetime
    """Latest request of the session (UTC), recorded once a minute at most."""
    is_current: bool
    """True for the session of this request."""


class OwnSessionList(Answer):
    """The person's sessions that are still open."""

    sessions: list[OwnSessionView]
    """The session of this request first, then the others by their latest request."""
