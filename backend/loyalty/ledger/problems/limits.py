"""Of limits against fraud and their override."""

from datetime import date, datetime
from uuid import UUID

from backend.core.problems import Problem
from i18n.translator import N_


class LimitReached(Problem):
    code, status, is_remembered = "limit_reached", 409, True
    title = N_("A limit against fraud is reached")
    detail = N_("This is possible again on %(retry_on)s at %(retry_at)s, or the owner lifts the limit with a PIN.")
    limit_id: UUID
    """Id of the fraud limit."""
    scope: str
    """What has the limit: a card, a PIN, a device or a store."""
    measure: str
    """What the limit counts."""
    maximum: int
    """The most that the limit allows."""
    window_minutes: int
    """How far back bookings count, in minutes."""
    retry_at: datetime | None
    """When it is possible again, in local time with its offset; null when never."""
    retry_on: date
    """The day of `retry_at`, in the time zone of the store."""


class LimitExceeded(LimitReached):
    """The booking alone is more than the limit."""

    detail = N_("This is more than the limit of %(maximum)s allows at any time. The owner can lift it with a PIN.")


class UndoneOverLimit(LimitReached):
    """What was returned would count toward it again."""

    detail = N_(
        "With what was returned, the limit of %(maximum)s would be exceeded. Record the sale or the reward as new: "
        "then the owner can lift the limit with a PIN."
    )


class OverrideRefused(Problem):
    code, status = "override_refused", 403
    title = N_("This person may not lift limits")
    detail = N_("Enter the email address of the owner, or of somebody who may change the program.")
