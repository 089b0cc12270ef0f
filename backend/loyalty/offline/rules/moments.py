"""When an operation happened, from a clock that may be wrong."""

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from typing import Literal, NamedTuple

CLOCK_AHEAD_MAX = timedelta(minutes=5)

MomentFault = Literal["clock", "too_old"]


@dataclass(frozen=True, slots=True)
class TabletClock:
    """At the moment of the upload: what the tablet's clock shows, and how long ago it was switched on."""

    device_time: datetime
    elapsed_ms: int
    boot_id: str
    received_at: datetime

    @property
    def offset(self) -> timedelta:
        """How far it is ahead of ours."""
        return self.device_time - self.received_at


class HappenedAt(NamedTuple):
    at: datetime
    """By our clock; never later than now."""
    fault: MomentFault | None


def moment_of(
    clock: TabletClock, occurred_at: datetime, elapsed_ms: int | None, boot_id: str | None, window: timedelta
) -> HappenedAt:
    """Since the same start, the time that has passed decides: nobody sets that clock. Otherwise the wall clock does,
    less what it is wrong by now.

    `window`: what is older waits for a person, as does what would happen in the future.
    """
    is_same_boot = elapsed_ms is not None and boot_id in {None, clock.boot_id}
    if is_same_boot:
        assert elapsed_ms is not None, "checked above"
        at = clock.received_at - timedelta(milliseconds=clock.elapsed_ms - elapsed_ms)
    else:
        at = _shifted(occurred_at, clock)
    if at > clock.received_at + CLOCK_AHEAD_MAX:
        return HappenedAt(clock.received_at, "clock")
    at = min(at, clock.received_at)
    return HappenedAt(at, "too_old" if at < clock.received_at - window else None)


def storable_moment(moment: datetime) -> datetime | None:
    """None for what lies at the ends of the calendar: in UTC it may be beyond them."""
    return moment if MINYEAR < moment.year < MAXYEAR else None


def _shifted(occurred_at: datetime, clock: TabletClock) -> datetime:
    """A wall clock that shows a time before our calendar begins is as old as can be."""
    try:
        return occurred_at.astimezone(UTC) - clock.offset
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
