"""What happened to a mail, as it is kept in its row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

# fmt: off
MailOutcome = Literal[
    "accepted", "deferred", "refused", "failed", "unknown", "given_up", "withheld",
    "delivered", "bounced", "complained", "dropped",
]
# fmt: on


class MailEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """`failed`: for a reason of ours. The last four are reports of the provider."""

    at: datetime
    outcome: MailOutcome
    code: str | None = None
    """A key of `FAULTS`."""
    reply: str | None = None
    """What the provider answered."""
    is_probe: bool = False
    """The provider was known to be down: the mail was sent to find out whether it is back, and keeps its tries."""


def read_history(stored: Sequence[dict[str, Any]]) -> list[MailEvent]:
    return msgspec.convert(list(stored), list[MailEvent])


def stored_history(events: Sequence[MailEvent]) -> list[dict[str, Any]]:
    stored: list[dict[str, Any]] = msgspec.to_builtins(list(events))
    return stored
