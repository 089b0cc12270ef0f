"""Till texts about transactions, in one language."""

from datetime import datetime

from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.schemas import TransactionView
from i18n.bidi import isolated
from i18n.formatting import Formatter, get_formatter
from i18n.translator import Translator, get_translator


class TransactionMessages:
    """Texts that depend on a value; the templates hold the others."""

    def __init__(self, language: str, time_zone: str) -> None:
        self.translator: Translator = get_translator(language)
        self.formatter: Formatter = get_formatter(language, time_zone)

    def amount_of(self, booking: TransactionView) -> str:
        """`+41`, `−500`, `+1 stamp`, or the kind of transaction when the amount is zero."""
        if not booking.amount:
            return self.title_of(booking)
        amount = self.formatter.points(booking.amount, signed=True)
        if booking.unit == "points":
            return amount
        ngettext = self.translator.ngettext
        return ngettext("%(amount)s stamp", "%(amount)s stamps", abs(booking.amount), amount=amount)

    def amounts_of(self, event: list[TransactionView]) -> str:
        """The amounts of an event without those that were undone: `+25, +1 stamp`."""
        undone = {booking.id for booking in event if booking.voided}
        left = [booking for booking in event if not booking.voided and booking.voids_id not in undone]
        return ", ".join(self.amount_of(booking) for booking in left if booking.amount) or self.amount_of(event[0])

    def units(self, unit: str, amount: int, *, signed: bool = False) -> str:
        """`200 points`, `1 stamp`, `−25 points`."""
        ngettext, text = self.translator.ngettext, self.formatter.points(amount, signed=signed)
        if unit == "points":
            return ngettext("%(amount)s point", "%(amount)s points", abs(amount), amount=text)
        return ngettext("%(amount)s stamp", "%(amount)s stamps", abs(amount), amount=text)

    def when_of(self, booking: TransactionView, now: datetime) -> str:
        """The time of day for today, the date for earlier days."""
        moment, zone = booking.occurred_at, self.formatter.zone
        is_today = moment.astimezone(zone).date() == now.astimezone(zone).date()
        return self.formatter.time(moment) if is_today else self.formatter.day(moment)

    def title_of(self, booking: TransactionView) -> str:
        _, pgettext = self.translator.gettext, self.translator.pgettext
        if booking.kind == "redeemed":
            pieces = self.pieces(booking.reward, booking.quantity)
            # NOTE: points or stamps were redeemed for a reward
            return _("Redeemed: %(reward)s", reward=pieces) if pieces else pgettext("kind of transaction", "Redeemed")
        names = {
            # NOTE: the customer has got the card
            "enrolled": pgettext("kind of transaction", "Enrolled"),
            "welcome_bonus": _("Welcome bonus"),
            # NOTE: noun: a stamp was added
            "earned": pgettext("kind of transaction", "Stamp")
            if booking.unit == "stamps"
            # NOTE: noun: a sale earned points
            else pgettext("kind of transaction", "Sale"),
            # NOTE: an earlier transaction was voided
            "voided": pgettext("kind of transaction", "Voided"),
            "reinstated": _("Return undone"),
            # NOTE: points or stamps were corrected by hand
            "adjusted": pgettext("kind of transaction", "Adjusted"),
            # NOTE: points expired
            "expired": pgettext("kind of transaction", "Expired"),
            # NOTE: points that had expired were given back
            "restored": pgettext("kind of transaction", "Restored"),
            "transferred": _("Moved to another card") if booking.amount < 0 else _("Moved from another card"),
            "deactivated": _("Card deactivated"),
            "reactivated": _("Card reactivated"),
        }
        return names.get(booking.kind, booking.kind)

    def pieces(self, reward: str | None, quantity: int | None) -> str:
        """`Tote bag`, or `2 × Tote bag`."""
        return f"{quantity} × {isolated(reward)}" if reward and quantity and quantity > 1 else reward or ""

    def returned_before(self, booking: TransactionView, currency: str) -> str:
        """What was already returned and what is left; empty when nothing was returned."""
        _, money = self.translator.gettext, self.formatter.money
        if booking.returned_cents and booking.purchase_amount_cents:
            left = booking.purchase_amount_cents - booking.returned_cents
            return _(
                "%(returned)s already voided; %(left)s left.",
                returned=money(booking.returned_cents, currency),
                left=money(left, currency),
            )
        if booking.returned_quantity and booking.quantity:
            return _(
                "Already voided: %(returned)s of %(total)s.",
                returned=booking.returned_quantity,
                total=booking.quantity,
            )
        return ""

    def left_amount(self, booking: TransactionView) -> str:
        """The remaining amount of a sale, formatted for an input field."""
        return self.formatter.plain_amount((booking.purchase_amount_cents or 0) - booking.returned_cents)

    def void_text(self, bookings: list[TransactionView], card: CardView) -> str:
        """The toast after a return: the amounts that changed, and the debt."""
        _ = self.translator.gettext
        moved = [booking for booking in bookings if booking.amount]
        amounts = self.formatter.listing([self.units(booking.unit, booking.amount, signed=True) for booking in moved])
        name, text = card.customer.name, _("%(name)s: voided.", name=card.customer.name)
        if amounts:
            text = _("%(name)s: voided, %(amounts)s.", name=name, amounts=amounts)
        return f"{text} {self.debt_text(card)}".strip()

    def debt_text(self, card: CardView) -> str:
        if not card.debt_points:
            return ""
        return self.translator.ngettext(
            "%(points)s point will be deducted from the next purchase because of a return.",
            "%(points)s points will be deducted from the next purchase because of a return.",
            card.debt_points,
            points=self.formatter.points(card.debt_points),
        )
