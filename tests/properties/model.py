"""What a card should hold: the rules of the ledger told once more, as simply as possible."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from zoneinfo import ZoneInfo

LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
TARGET, REWARD = 3, 40
GRACE, HOLD_TIME = timedelta(days=14), timedelta(minutes=10)
FIRST_TERMS = (Fraction(1), 20)
"""Points for a euro, and the days they live."""
FAR_AWAY = datetime(9999, 1, 1, tzinfo=LUXEMBOURG)


@dataclass(eq=False)
class Lot:
    left: int
    ends_at: datetime
    expired: int = 0
    has_grace: bool = False
    restored: int = 0
    """What it was granted with, when that was given back after it had expired."""
    first: "Lot | None" = None
    """The lot its points were granted as, when that was another one."""
    parent: "Lot | None" = None
    """The lot it goes on with."""
    card: int = 0

    @property
    def origin(self) -> "Lot":
        return self.first or self


@dataclass(eq=False)
class Booking:
    id: str
    kind: str
    """earned | stamped | redeemed | stamps redeemed"""
    cents: int = 0
    rate: Fraction = Fraction(0)
    points: int = 0
    quantity: int = 1
    lot: Lot | None = None
    paid_from: list[tuple[Lot, int]] = field(default_factory=list)
    reference: str | None = None
    returned_cents: int = 0
    reversed_points: int = 0
    returned_quantity: int = 0
    found_expired: int = 0
    """By returns, of the points they settled; where the program forgives, nobody knows."""
    settled: int = 0
    """Of the points: what returns have settled without taking it."""

    @property
    def is_void(self) -> bool:
        """Nothing of it is left to take back."""
        return self.returned_cents == self.cents and self.returned_quantity == self.quantity


@dataclass(eq=False)
class Return:
    """What a return took and gave, so that it can be undone."""

    id: str
    booking: Booking
    cents: int = 0
    pieces: int = 0
    reversed_points: int = 0
    carry: Fraction = Fraction(0)
    """What it added to the card's."""
    owed: int = 0
    found_expired: int = 0
    settled: int = 0
    taken_from: list[tuple[Lot, int]] = field(default_factory=list)
    given_to: list[Lot] = field(default_factory=list)
    is_undone: bool = False


@dataclass(eq=False)
class Hold:
    id: str
    quantity: int
    ends_at: datetime
    is_settled: bool = False


class Model:
    """Points that live for some days or for ever, and stamps for ever, under terms that change."""

    def __init__(self) -> None:
        self.card = 0
        self.lots: list[Lot] = []
        self.bookings: list[Booking] = []
        self.returns: list[Return] = []
        self.holds: list[Hold] = []
        self.debt = self.stamps = self.balance = self.held = 0
        self.carry = Fraction(0)
        self.published: list[tuple[datetime, Fraction, int]] = []
        self.expiry_days, self.forgives = FIRST_TERMS[1], False

    @property
    def available(self) -> int:
        return max(0, self.balance - self.held)

    def look(self, now: datetime) -> None:
        """What has ended is gone, and what was set aside too long is free."""
        for lot in self.lots:
            if lot.ends_at <= now:
                lot.expired, lot.left = lot.expired + lot.left, 0
        self.balance = sum(lot.left for lot in self.lots)
        self.held = sum(hold.quantity * REWARD for hold in self.open_holds(now))

    def open_holds(self, now: datetime) -> list[Hold]:
        return [hold for hold in self.holds if not hold.is_settled and hold.ends_at > now]

    def publish(self, rate: Fraction, expiry_days: int, now: datetime, *, forgives: bool) -> None:
        self.published.append((now, rate, expiry_days))
        self.expiry_days, self.forgives = expiry_days, forgives

    def earn(self, transaction: str, cents: int, at: datetime, reference: str | None = None) -> int:
        """`at`: when it happened, which decides by which terms and how long the points live."""
        rate, expiry_days = next((terms[1:] for terms in reversed(self.published) if terms[0] <= at), FIRST_TERMS)
        total = self.carry + Fraction(cents, 100) * rate
        points = max(0, floor(total))
        self.carry = total - points
        lot = self._grant_until(points, self._end_of(at, expiry_days)) if points else None
        # A sale can be taken back by amount only: it has no pieces to return.
        self.bookings.append(Booking(transaction, "earned", cents, rate, points, 0, lot=lot, reference=reference))
        return points

    def grant(self, points: int, now: datetime) -> Lot:
        return self._grant_until(points, self._end_of(now, self.expiry_days))

    def _grant_until(self, points: int, ends_at: datetime) -> Lot:
        lot = Lot(self._pay(points), ends_at, card=self.card)
        self.lots.append(lot)
        return lot

    def stamp(self, transaction: str) -> None:
        self.stamps += 1
        self.bookings.append(Booking(transaction, "stamped"))

    def redeem(self, transaction: str, quantity: int) -> None:
        paid_from = self.take(REWARD * quantity)
        self.bookings.append(Booking(transaction, "redeemed", quantity=quantity, paid_from=paid_from))

    def redeem_stamps(self, transaction: str) -> None:
        self.stamps -= TARGET
        self.bookings.append(Booking(transaction, "stamps redeemed"))

    def reserve(self, hold: str, quantity: int, now: datetime) -> None:
        self.holds.append(Hold(hold, quantity, now + HOLD_TIME))

    def merge(self) -> None:
        """Another card goes on with all there is."""
        self.card += 1
        for lot in sorted(self.lots, key=lambda lot: lot.ends_at):
            if lot.left:
                new = Lot(lot.left, lot.ends_at, has_grace=lot.has_grace, first=lot.origin, parent=lot, card=self.card)
                self.lots.append(new)
                lot.left = 0

    @property
    def restorable(self) -> int:
        return sum(self._expired_of(lot, self._settled_of(lot)) for lot in self.lots if not lot.first)

    def restore(self, points: int, now: datetime) -> None:
        """What came last is restored first."""
        for lot in reversed([lot for lot in self.lots if not lot.first]):
            part = min(points, self._expired_of(lot, self._settled_of(lot)))
            points -= part
            if part:
                ends_at = max(self._end_of(now, self.expiry_days), now + GRACE)
                self.lots.append(Lot(self._pay(part), ends_at, restored=part, first=lot, parent=lot, card=self.card))

    def _settled_of(self, lot: Lot) -> int:
        return sum(booking.settled for booking in self.bookings if booking.lot is lot)

    def _expired_of(self, first: Lot | None, settled: int) -> int:
        """What has expired of a sale, was not given back, and did not go with a part of the sale."""
        lots = [lot for lot in self.lots if lot.origin is first]
        return max(0, sum(lot.expired - lot.restored for lot in lots) - settled)

    def void(
        self,
        transaction: str,
        booking: Booking,
        now: datetime,
        *,
        cents: int | None = None,
        quantity: int | None = None,
    ) -> None:
        returned = Return(transaction, booking)
        self.returns.append(returned)
        if booking.kind == "earned":
            self._return_sale(returned, booking, cents or booking.cents - booking.returned_cents)
            return
        pieces = returned.pieces = quantity or booking.quantity - booking.returned_quantity
        if booking.kind == "redeemed":
            returned.given_to = self._give_back(booking, pieces, now)
        booking.returned_quantity += pieces
        self.stamps += {"stamped": -1, "stamps redeemed": TARGET}.get(booking.kind, 0)

    def can_undo(self, returned: Return) -> bool:
        return returned.booking.kind != "stamps redeemed" or self.stamps >= TARGET

    def undo(self, returned: Return, now: datetime) -> None:
        """As if it had not been; what has changed meanwhile stays."""
        booking, returned.is_undone = returned.booking, True
        booking.returned_cents -= returned.cents
        booking.returned_quantity -= returned.pieces
        booking.reversed_points -= returned.reversed_points
        booking.found_expired -= returned.found_expired
        booking.settled -= returned.settled
        self.carry -= returned.carry
        self.stamps -= {"stamped": -1, "stamps redeemed": TARGET}.get(booking.kind, 0)
        if booking.kind == "redeemed":
            self._take_again(returned)
        paid_since = self._pay(returned.owed)
        for lot, points in returned.taken_from:
            self._fill(lot, points, now)
        if paid_since:
            self.grant(paid_since, now)

    def _take_again(self, returned: Return) -> None:
        """From the lots it gave back to, and what has come of them, then from others, then as debt."""
        own = [lot for lot in self.lots if self._comes_of(lot, returned.given_to)]
        wanted = REWARD * returned.pieces
        there = min(wanted, self.balance)
        self._take(there, own)
        self.debt += 0 if self.forgives else wanted - there

    def _comes_of(self, lot: Lot | None, lots: list[Lot]) -> bool:
        return lot is not None and (lot in lots or self._comes_of(lot.parent, lots))

    def _return_sale(self, returned: Return, sale: Booking, cents: int) -> None:
        """All that is left of a sale's points, at most; what expired unused is gone already."""
        worth, left = Fraction(cents, 100) * sale.rate, sale.points - sale.reversed_points
        points = min(left, max(0, ceil(worth - self.carry)))
        self.carry += points - worth
        returned.cents, returned.reversed_points, returned.carry = cents, points, points - worth
        sale.returned_cents, sale.reversed_points = sale.returned_cents + cents, sale.reversed_points + points
        owed = min(points, max(0, left - self._expired_of(sale.lot, sale.found_expired)))
        there = min(owed, self.balance)
        returned.taken_from = sorted(self.take(there, own=sale.lot), key=lambda part: self.lots.index(part[0]))
        returned.owed = 0 if self.forgives else owed - there
        returned.found_expired = 0 if self.forgives else points - owed
        returned.settled = points - (there if self.forgives else owed)
        self.debt += returned.owed
        sale.found_expired += returned.found_expired
        sale.settled += returned.settled

    def _give_back(self, booking: Booking, pieces: int, now: datetime) -> list[Lot]:
        """The lot that came last is filled first."""
        filled = []
        skip, amount = booking.returned_quantity * REWARD, pieces * REWARD
        for lot, paid in sorted(booking.paid_from, key=lambda entry: -self.lots.index(entry[0])):
            passed = min(paid, skip)
            part = min(paid - passed, amount)
            skip, amount = skip - passed, amount - part
            if part:
                filled.append(self._fill(lot, part, now))
        return filled

    def _fill(self, lot: Lot, points: int, now: datetime) -> Lot:
        """What a merged card had paid comes back as a lot of the one that goes on."""
        if lot.card != self.card:
            lot = Lot(0, lot.ends_at, has_grace=lot.has_grace, first=lot.origin, parent=lot, card=self.card)
            self.lots.append(lot)
        if lot.ends_at <= now and not lot.has_grace:
            lot.ends_at, lot.has_grace = now + GRACE, True
        lot.left += self._pay(points)
        return lot

    def take(self, amount: int, own: Lot | None = None) -> list[tuple[Lot, int]]:
        """From its own points first, then soonest expiry first, then oldest."""
        return self._take(amount, [lot for lot in self.lots if lot.origin is own])

    def _take(self, amount: int, own: list[Lot]) -> list[tuple[Lot, int]]:
        parts = []
        for lot in sorted(self.lots, key=lambda lot: (lot not in own, lot.ends_at)):
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

    def _end_of(self, now: datetime, expiry_days: int) -> datetime:
        if not expiry_days:
            return FAR_AWAY
        last_day = now.astimezone(LUXEMBOURG).date() + timedelta(days=expiry_days + 1)
        return datetime(last_day.year, last_day.month, last_day.day, tzinfo=LUXEMBOURG)
