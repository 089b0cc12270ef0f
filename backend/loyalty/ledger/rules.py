"""The rules of the ledger: plain values in, plain values out. Integers and fractions only, never floats."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.loyalty.ledger.booking.card import CardMoment, HoldState, LotState
from backend.loyalty.ledger.booking.setup import TermsState

GRACE = timedelta(days=14)
UNDO_WINDOW = timedelta(seconds=20)
HOLD_TIME = timedelta(minutes=10)
VOIDABLE = ("earned", "redeemed", "voided")
CENTS_PER_EURO = 100
MONTHS = {"month": 1, "quarter": 3, "year": 12}
FAR_AWAY = datetime.max.replace(tzinfo=ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Accrual:
    points: int
    carry: Fraction
    """The fraction of a point sales have earned beyond the whole points; counts toward the next sale."""


def worth_of(cents: int, points_per_euro: Fraction) -> Fraction:
    """Points for so much, with the fraction."""
    return Fraction(cents, CENTS_PER_EURO) * points_per_euro


def accrue(cents: int, points_per_euro: Fraction, carry: Fraction) -> Accrual:
    """Whole points for a sale. Exact over all sales: 30 € + 20 € on a 50-€ rule give the point."""
    total = carry + worth_of(cents, points_per_euro)
    points = max(0, floor(total))
    return Accrual(points, total - points)


def reverse_accrual(cents: int, points_per_euro: Fraction, carry: Fraction, left: int) -> Accrual:
    """Points to take back for returning so much of a sale, and the carry without it.

    `left` is what remains of the sale's own points: never more than it earned is taken back, in however many returns.
    What cannot be taken leaves the carry below zero, and later sales make it up: all sales together have always given
    exactly their worth. So any split of a return sums to the whole.
    """
    worth = worth_of(cents, points_per_euro)
    points = min(left, max(0, ceil(worth - carry)))
    return Accrual(points, carry - worth + points)


@dataclass(frozen=True, slots=True)
class Take:
    lot_id: UUID
    amount: int


def expiry_of(lot: LotState, moment: CardMoment) -> datetime | None:
    """The instant from which the lot cannot be spent; None: never."""
    if lot.idle_days is not None:
        return idle_expiry(moment.last_activity_at, lot.idle_days, moment.zone)
    return lot.expires_at


def idle_expiry(last_activity_at: datetime, idle_days: int, zone: ZoneInfo) -> datetime:
    """The end of the last of so many local days after the one of the customer's last activity."""
    return end_of_day(last_activity_at.astimezone(zone).date() + timedelta(days=idle_days), zone)


def live_lots(lots: Iterable[LotState], unit: str, moment: CardMoment) -> list[LotState]:
    """What can be spent, soonest expiry first, then oldest: fewer points are lost than by age alone."""
    dated = [
        (expiry_of(lot, moment) or FAR_AWAY, lot.id, lot) for lot in lots if lot.unit == unit and lot.remaining > 0
    ]
    return [lot for expires_at, _, lot in sorted(dated, key=lambda entry: entry[:2]) if expires_at > moment.now]


def expired_lots(lots: Iterable[LotState], moment: CardMoment) -> list[LotState]:
    """What has expired and is not booked as such yet."""
    return [lot for lot in lots if lot.remaining > 0 and (expiry_of(lot, moment) or FAR_AWAY) <= moment.now]


def left_in(lots: Iterable[LotState]) -> int:
    return sum(lot.remaining for lot in lots)


def next_expiry(live: Sequence[LotState], moment: CardMoment) -> tuple[datetime, int] | None:
    """When live lots expire next, and how much; None: never."""
    soonest = expiry_of(live[0], moment) if live else None
    return (soonest, left_in(lot for lot in live if expiry_of(lot, moment) == soonest)) if soonest else None


def take(lots: Sequence[LotState], amount: int) -> list[Take]:
    """Spends lots in the order given. The caller has made sure that they suffice."""
    takes: list[Take] = []
    for lot in lots:
        part = min(lot.remaining, amount)
        if part:
            takes.append(Take(lot.id, part))
            amount -= part
    assert amount == 0, "lots were to suffice"
    return takes


def take_back_order(lots: Sequence[LotState], own_lot_ids: set[UUID]) -> list[LotState]:
    """For a return: the sale's own lots, and what this very booking made of them, then the others as they are spent."""
    return sorted(lots, key=lambda lot: own_lot_ids.isdisjoint((lot.id, lot.from_lot_id)))


@dataclass(frozen=True, slots=True)
class LotLife:
    expires_at: datetime | None
    idle_days: int | None


def lot_life(terms: TermsState, moment: CardMoment) -> LotLife:
    """When points earned now expire, at a local end of day. Stamps never expire."""
    today, zone = moment.today, moment.zone
    if terms.expiry_kind == "inactivity":
        return LotLife(None, terms.expiry_days)
    if terms.expiry_kind == "rolling":
        return LotLife(end_of_day(today + timedelta(days=terms.expiry_days or 0), zone), None)
    if terms.expiry_kind == "end_of_period":
        return LotLife(end_of_day(_period_end(today, MONTHS[terms.expiry_period or "year"]), zone), None)
    return LotLife(None, None)


def restored_life(terms: TermsState, moment: CardMoment) -> LotLife:
    """As earned now, but never less than the days of grace."""
    life, grace = lot_life(terms, moment), moment.now + GRACE
    if life.idle_days is not None:
        lasts = idle_expiry(moment.now, life.idle_days, moment.zone) >= grace
        return life if lasts else LotLife(grace, None)
    return LotLife(max(life.expires_at, grace), None) if life.expires_at else life


@lru_cache(maxsize=4096)
def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of the next local day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(ZoneInfo("UTC"))


def _period_end(day: date, months: int) -> date:
    passed = (day.month - 1) // months * months + months
    return date(day.year + passed // 12, passed % 12 + 1, 1) - timedelta(days=1)


def next_stamp_at(stamped_at: Sequence[datetime], terms: TermsState, at: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment from `at` on that allows a stamp, by cooldown and daily limit together; None: `at` itself."""
    allowed = at
    while (blocked_until := _blocked_until(stamped_at, terms, allowed, zone)) is not None:
        allowed = blocked_until
    return allowed if allowed > at else None


def _blocked_until(stamped_at: Sequence[datetime], terms: TermsState, at: datetime, zone: ZoneInfo) -> datetime | None:
    """A stamp that is booked late has others before and after it."""
    cooldown = timedelta(minutes=terms.cooldown_minutes)
    waits = [stamp + cooldown for stamp in stamped_at if abs(at - stamp) < cooldown]
    if stamps_left_today(stamped_at, terms, at, zone) == 0:
        waits.append(end_of_day(at.astimezone(zone).date(), zone))
    return max(waits, default=None)


def stamps_left_today(stamped_at: Sequence[datetime], terms: TermsState, now: datetime, zone: ZoneInfo) -> int:
    """Today is the calendar day in the store's time zone."""
    today = now.astimezone(zone).date()
    count = sum(1 for at in stamped_at if at.astimezone(zone).date() == today)
    return max(0, terms.max_daily_stamps - count)


@dataclass(frozen=True, slots=True)
class ReturnedLife:
    expires_at: datetime | None
    idle_days: int | None
    has_grace: bool


def returned_life(lot: LotState, moment: CardMoment) -> ReturnedLife:
    """Points that come back keep their lot's expiry; when it has passed they get 14 days from now, once."""
    expires_at = expiry_of(lot, moment)
    if expires_at is None or expires_at > moment.now or lot.has_grace:
        return ReturnedLife(lot.expires_at, lot.idle_days, lot.has_grace)
    return ReturnedLife(moment.now + GRACE, None, has_grace=True)


def held(holds: Iterable[HoldState], unit: str, now: datetime) -> int:
    """How much open holds keep; a hold whose time has run out keeps nothing."""
    return sum(hold.amount for hold in holds if hold.unit == unit and is_open(hold, now))


def is_open(hold: HoldState, now: datetime) -> bool:
    return hold.state == "reserved" and hold.expires_at > now


def give_back(paid: Sequence[tuple[UUID, int]], skipped: int, amount: int) -> list[Take]:
    """Which lots get back what they paid, newest first; `skipped` is what earlier returns gave back already."""
    parts: list[Take] = []
    for lot_id, lot_paid in sorted(paid, reverse=True):
        passed = min(lot_paid, skipped)
        part = min(lot_paid - passed, amount)
        skipped, amount = skipped - passed, amount - part
        if part:
            parts.append(Take(lot_id, part))
    assert amount == 0, "no more than was paid comes back"
    return parts


def undo_until(kind: str, recorded_at: datetime) -> datetime | None:
    """Sales, stamps, redemptions and returns can be undone for a moment."""
    return recorded_at + UNDO_WINDOW if kind in VOIDABLE else None
