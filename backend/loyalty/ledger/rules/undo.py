"""What can be undone, and until when."""

from datetime import datetime, timedelta

UNDO_WINDOW = timedelta(seconds=20)
VOIDABLE = ("earned", "redeemed", "voided")


def undo_until(kind: str, recorded_at: datetime) -> datetime | None:
    """Sales, stamps, redemptions and returns can be undone for a moment."""
    return recorded_at + UNDO_WINDOW if kind in VOIDABLE else None
