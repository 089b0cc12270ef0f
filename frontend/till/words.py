"""What the till says about cards and bookings, in one reader's language."""

from datetime import datetime

from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.rewards.schemas import CardReward
from i18n.formatting import Formatter, get_formatter
from i18n.translator import Translator, get_translator


class Words:
    """Sentences that need a decision; the rest stands in the templates."""

    def __init__(self, language: str, time_zone: str) -> None:
        self.translator: Translator = get_translator(language)
        self.formatter: Formatter = get_formatter(language, time_zone)

    def amount_of(self, booking: TransactionView) -> str:
        """`+41`, `−500`, `+1 stamp`, or what happened when nothing was counted."""
        if not booking.amount:
            return self.deed_of(booking)
        amount = self.formatter.points(booking.amount, signed=True)
        if booking.unit == "points":
            return amount
        ngettext = self.translator.ngettext
        return ngettext("%(amount)s stamp", "%(amount)s stamps", abs(booking.amount), amount=amount)

    def when_of(self, booking: TransactionView, now: datetime) -> str:
        """The clock time today, the day before that."""
        moment, zone = booking.occurred_at, self.formatter.zone
        is_today = moment.astimezone(zone).date() == now.astimezone(zone).date()
        return self.formatter.time(moment) if is_today else self.formatter.day(moment)

    def deed_of(self, booking: TransactionView) -> str:
        _ = self.translator.gettext
        if booking.kind == "redeemed":
            return _("Redeemed: %(reward)s", reward=booking.reward) if booking.reward else _("Redeemed")
        names = {
            "enrolled": _("Enrolled"),
            "welcome_bonus": _("Welcome bonus"),
            "earned": _("Stamp") if booking.unit == "stamps" else _("Sale"),
            "voided": _("Taken back"),
            "adjusted": _("Adjusted"),
            "expired": _("Expired"),
            "restored": _("Restored"),
            "transferred": _("Moved to another card"),
            "deactivated": _("Card deactivated"),
            "reactivated": _("Card reactivated"),
        }
        return names.get(booking.kind, booking.kind)

    def state_of(self, card: CardView) -> str:
        _ = self.translator.gettext
        names = {
            "active": _("Active"),
            "deactivated": _("Deactivated"),
            "merged": _("Merged"),
            "erased": _("Erased"),
        }
        return names.get(card.state, card.state)

    def blocked(self, card: CardView) -> str:
        """Why nothing can be booked, and who can change it."""
        _ = self.translator.gettext
        if card.state == "merged":
            return _("This card was merged into another one. Find the customer by name.")
        if card.state == "erased":
            return _("The customer of this card was erased. Nothing can be booked.")
        return _("This card is deactivated. The owner of the program can reactivate it.")

    def next_reward(self, card: CardView) -> str:
        """`40 more for Tote bag`, or what can be had already."""
        _ = self.translator.gettext
        missing = [reward for reward in card.rewards if reward.missing_points]
        if missing:
            reward = min(missing, key=lambda reward: reward.missing_points)
            points = self.formatter.points(reward.missing_points)
            return _("%(points)s more for %(reward)s", points=points, reward=reward.name)
        return _("Enough for every reward") if card.rewards else ""

    def refusal_of(self, reward: CardReward) -> str:
        _ = self.translator.gettext
        refusals = {
            "out_of_stock": _("Out of stock"),
            "reward_limit_reached": _("Already redeemed as often as allowed"),
            "other_store": _("Not at this store"),
        }
        if reward.refusal in refusals:
            return refusals[reward.refusal]
        missing = reward.missing_points
        return self.translator.ngettext(
            "%(points)s point is missing",
            "%(points)s points are missing",
            missing,
            points=self.formatter.points(missing),
        )

    def stamp_hint(self, card: CardView, now: datetime) -> str | None:
        """The clock time of the next stamp, in the store's zone."""
        _ = self.translator.gettext
        if card.remaining_stamps_today < 1:
            return _("No more stamps today")
        if card.next_stamp_available_at and card.next_stamp_available_at > now:
            return _("Next stamp at %(time)s", time=self.formatter.time(card.next_stamp_available_at))
        return None

    def spoken(self, card: CardView) -> str:
        """What a screen reader says when the card opens."""
        return f"{card.customer.name}, {self.balance_of(card)}"

    def balance_of(self, card: CardView) -> str:
        """`460 points, 6 of 10 stamps`, as far as the program has them."""
        parts = []
        if card.program_type != "stamps":
            points = card.points_balance
            ngettext, shown = self.translator.ngettext, self.formatter.points(points)
            parts.append(ngettext("%(points)s point", "%(points)s points", points, points=shown))
        if card.program_type != "points":
            _, count, target = self.translator.gettext, card.stamp_count, card.stamps_target
            parts.append(_("%(count)s of %(target)s stamps", count=count, target=target))
        return ", ".join(parts)

    def booked(self, booking: TransactionView, card: CardView) -> str:
        """The toast: what was booked, and what the customer has now."""
        _ = self.translator.gettext
        name = booking.customer or card.customer.name
        if booking.unit == "stamps":
            return _(
                "%(name)s: %(amount)s. %(count)s of %(target)s.",
                name=name,
                amount=self.amount_of(booking),
                count=card.stamp_count,
                target=card.stamps_target,
            )
        balance = self.formatter.points(card.points_balance)
        first = self.translator.ngettext(
            "%(name)s: %(amount)s point, now %(balance)s.",
            "%(name)s: %(amount)s points, now %(balance)s.",
            abs(booking.amount),
            name=name,
            amount=self.amount_of(booking),
            balance=balance,
        )
        return f"{first} {self._distance(card)}".strip()

    def _distance(self, card: CardView) -> str:
        near = self.next_reward(card)
        return f"{near}." if near and any(reward.missing_points for reward in card.rewards) else ""
