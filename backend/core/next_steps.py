"""Parts of the English sentences that tell an operator what happens next, the same in every story."""

from datetime import datetime

NO_WORKER = "If that does not happen, no worker runs, or maintenance is on: `orion status` says so."


def in_utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def tries_at(at: datetime) -> str:
    return f"The worker tries at {in_utc(at)}."


def is_due(does: str) -> str:
    """`does`: what the worker does, such as `sends it`."""
    return f"It is due: the worker {does} within seconds. {NO_WORKER}"
