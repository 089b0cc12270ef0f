"""What a card should hold: the rules of the ledger told once more, as simply as possible."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
EXPIRY_DAYS, TARGET, REWARD = 20, 3, 40
GRACE = timedelta(days=14)


@dataclass(eq=False)
class Lot:
    left: int
    ends_at: datetime
    expired: int = 0
    has_grace: bool = False


@dataclass(eq=False)
class Booking:
    id: str
    kind: str
    points: int = 0
    lot: Lot | None = None
    paid_from: list[tuple[Lot, int]] = field(default_factory=list)
    is_voided: bool = False


class Model:
    """Points that live for twenty days, and stamps for ever."""

    def __init__(self) -> None:
        self.lots: list[Lot] = []
        self.bookings: list[Booking] = []
        self.debt = self.stamps = self.balance = 0

    def look(self, now: datetime) -> None:
        """What has ended is gone."""
        for lot in self.lots:
            if lot.ends_at <= now:
                lot.expired, lot.left = lot.expired + lot.left, 0
        self.balance = sum(lot.left for lot in self.lots)

    def earn(self, transaction: str, euros: int, now: datetime) -> None:
        last_day = now.astimezone(LUXEMBOURG).date() + timedelta(days=EXPIRY_DAYS + 1)
        lot = Lot(self._pay(euros), datetime(last_day.year, last_day.month, last_day.day, tzinfo=LUXEMBOURG))
        self.lots.append(lot)
        self.bookings.append(Booking(transaction, "earned", euros, lot))

    def stamp(self, transaction: str) -> None:
        self.stamps += 1
        self.bookings.append(Booking(transaction, "stamped"))

    def redeem(self, transaction: str) -> None:
        self.bookings.append(Booking(transaction, "redeemed", paid_from=self._take(self._soonest_first(), REWARD)))

    def redeem_stamps(self, transaction: str) -> None:
        self.stamps -= TARGET
        self.bookings.append(Booking(transaction, "stamps redeemed"))

    def void(self, booking: Booking, now: datetime) -> None:
        booking.is_voided = True
        if booking.kind == "stamped":
            self.stamps -= 1
        elif booking.kind == "stamps redeemed":
            self.stamps += TARGET
        elif booking.kind == "redeemed":
            self._give_back(booking, now)
        else:
            self._take_back(booking)

    def _give_back(self, booking: Booking, now: datetime) -> None:
        for lot, part in sorted(booking.paid_from, key=lambda entry: self.lots.index(entry[0])):
            if lot.ends_at <= now and not lot.has_grace:
                lot.ends_at, lot.has_grace = now + GRACE, True
            lot.left += self._pay(part)

    def _take_back(self, booking: Booking) -> None:
        assert booking.lot is not None
        owed = max(0, booking.points - booking.lot.expired)
        own_first = sorted(self._soonest_first(), key=lambda lot: lot is not booking.lot)
        there = min(owed, sum(lot.left for lot in own_first))
        self._take(own_first, there)
        self.debt += owed - there

    def _soonest_first(self) -> list[Lot]:
        return sorted(self.lots, key=lambda lot: lot.ends_at)

    def _take(self, lots: list[Lot], amount: int) -> list[tuple[Lot, int]]:
        parts = []
        for lot in lots:
            part = min(lot.left, amount)
            lot.left, amount = lot.left - part, amount - part
            if part:
                parts.append((lot, part))
        return parts

    def _pay(self, points: int) -> int:
        """What is left of points that come in when the debt is paid."""
        paid = min(self.debt, points)
        self.debt -= paid
        return points - paid
