"""What happened to a delivery, as it is kept in its row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

HISTORY_MAX = 20
"""Attempts that are kept: those of a delivery that has failed and was replayed once."""
DeliveryOutcome = Literal["delivered", "refused", "unreachable", "given_up", "replayed"]


class DeliveryAttempt(msgspec.Struct, frozen=True, omit_defaults=True):
    at: datetime
    outcome: DeliveryOutcome
    """`refused`: it answered with another status than 2xx. `unreachable`: it did not answer."""
    code: str | None = None
    """A key of `PROBLEMS`."""
    status: int | None = None
    ms: int | None = None
    answer: str | None = None
    """The beginning of the answer, redacted."""


def read_history(stored: Sequence[dict[str, Any]]) -> list[DeliveryAttempt]:
    return msgspec.convert(list(stored), list[DeliveryAttempt])


def stored_history(attempts: Sequence[DeliveryAttempt]) -> list[dict[str, Any]]:
    stored: list[dict[str, Any]] = msgspec.to_builtins(list(attempts)[-HISTORY_MAX:])
    return stored
