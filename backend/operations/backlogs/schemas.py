from datetime import datetime
from typing import Annotated

from msgspec import Meta

from backend.core.enums import WalletProviderName
from backend.core.schemas import Answer


class EventBacklog(Answer):
    """Events of one name that something has still to follow from."""

    event_name: Annotated[str, Meta(examples=["points_earned"])]
    """Name of the event."""
    is_bulk: bool
    """True: recorded by the thousand at one moment, and handled in a queue of its own."""
    waiting: int
    """Events that wait, also for a retry."""
    oldest_due_at: datetime | None
    """When the oldest of them was or is due (UTC). Null when none waits."""
    parked: int
    """Events that were given up. They wait for a person."""


class QueueBacklog(Answer):
    """What waits in a queue of the database."""

    waiting: int
    """How many wait."""
    oldest_at: datetime | None
    """Since when the oldest does (UTC). Null when none waits."""


class PassBacklog(Answer):
    """Passes of one wallet that are out of date."""

    provider: WalletProviderName
    """The wallet: `google` or `apple`."""
    waiting: int
    """Passes that wait for an update."""
    oldest_at: datetime | None
    """Since when the oldest does (UTC). Null when none waits."""
    refused: int
    """Passes that the provider refuses."""


class JobQueue(Answer):
    """A queue in Redis, which only wakes workers: what has to be done is in the database."""

    name: Annotated[str, Meta(examples=["orion:jobs"])]
    """Name of the queue."""
    due: int
    """Jobs that could begin now."""
    oldest_seconds: float
    """How long the oldest of them waits, in seconds; 0 when none does."""


class Backlogs(Answer):
    """What waits, and since when."""

    measured_at: datetime
    """When it was measured (UTC)."""
    events: list[EventBacklog]
    """Events by name. Empty when nothing waits."""
    emails: QueueBacklog
    """Emails that are queued, of the platform and of all merchants."""
    passes: list[PassBacklog]
    """Passes by wallet. Empty when there are none."""
    webhooks: QueueBacklog
    """Webhooks that are due."""
    job_queues: list[JobQueue] | None
    """Queues in Redis. Null when Redis does not answer."""
