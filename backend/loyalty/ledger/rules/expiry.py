"""When points expire, at the end of a local day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from backend.loyalty.ledger.booking.card import CardMoment, LotState
from backend.loyalty.ledger.booking.setup import TermsState

GRACE = timedelta(days=14)
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def expiry_of(lot: LotState, moment: CardMoment) -> datetime | None:
    """The instant from which the lot cannot be spent; None: never."""
    if lot.idle_days is not None:
        return idle_expiry(moment.last_activity_at, lot.idle_days, moment.zone)
    return lot.expires_at


def idle_expiry(last_activity_at: datetime, idle_days: int, zone: ZoneInfo) -> datetime:
    """The end of the last of so many local days after the one of the customer's last activity."""
    return end_of_day(last_activity_at.astimezone(zone).date() + timedelta(days=idle_days), zone)


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
