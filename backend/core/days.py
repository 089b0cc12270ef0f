"""Days, as the filters of lists name them."""

from datetime import date, datetime, time, timedelta, tzinfo


def moments_of(first: date | None, last: date | None, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """From when and, exclusive, until when; both days are included. None: not asked, or as early or late as time is."""
    day_after = last + timedelta(days=1) if last and last < date.max else None
    return _midnight(first if first != date.min else None, zone), _midnight(day_after, zone)


def _midnight(day: date | None, zone: tzinfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None
