"""Texts of the card page that depend on a value; the template holds the others."""

from backend.loyalty.cards.schemas import OwnCardView
from backend.loyalty.rewards.schemas import CardReward
from backend.loyalty.till.schemas import OwnBooking
from i18n.formatting import get_formatter
from i18n.translator import get_translator


class CardMessages:
    def __init__(self, language: str) -> None:
        self.translator = get_translator(language)
        self.formatter = get_formatter(language)

    def amount_of(self, booking: OwnBooking) -> str:
        """`+41 points`, `−500 points` or `+1 stamp`; empty when the amount is zero."""
        if not booking.amount:
            return ""
        amount = self.formatter.points(booking.amount, signed=True)
        ngettext = self.translator.ngettext
        if booking.unit == "points":
            return ngettext("%(amount)s point", "%(amount)s points", abs(booking.amount), amount=amount)
        return ngettext("%(amount)s stamp", "%(amount)s stamps", abs(booking.amount), amount=amount)

    def title_of(self, booking: OwnBooking) -> str:
        _, pgettext = self.translator.gettext, self.translator.pgettext
        if booking.kind == "redeemed" and booking.reward:
            return _("Reward: %(reward)s", reward=booking.reward)
        if booking.kind == "earned" and booking.purchase_amount_cents is not None:
            return _("Purchase of %(money)s", money=self.formatter.money(booking.purchase_amount_cents))
        names = {
            "enrolled": _("Joined the program"),
            "welcome_bonus": _("Welcome gift"),
            "earned": pgettext("kind of transaction", "Stamp")
            if booking.unit == "stamps"
            # NOTE: noun: a purchase earned points
            else pgettext("kind of transaction", "Purchase"),
            # NOTE: points or stamps were redeemed for a reward
            "redeemed": pgettext("kind of transaction", "Reward"),
            "voided": pgettext("kind of transaction", "Voided"),
            "adjusted": _("Corrected by the store"),
            "expired": pgettext("kind of transaction", "Expired"),
            "restored": _("Points restored"),
            "transferred": _("Moved to another card") if booking.amount < 0 else _("Moved from another card"),
            "deactivated": _("Card deactivated"),
            "reactivated": _("Card active again"),
        }
        return names.get(booking.kind, booking.kind)

    def distance(self, reward: CardReward) -> str:
        """What is missing for the reward, or why it cannot be redeemed."""
        _ = self.translator.gettext
        if reward.redeemable:
            return _("Ready: just ask at the till")
        refusals = {
            "out_of_stock": _("Out of stock at the moment"),
            "reward_limit_reached": _("Redeemed as often as allowed"),
            "other_store": _("At other stores"),
        }
        if reward.refusal in refusals:
            return refusals[reward.refusal]
        missing = reward.missing_points
        points = self.formatter.points(missing)
        return self.translator.ngettext("%(points)s point to go", "%(points)s points to go", missing, points=points)

    def next_reward(self, card: OwnCardView) -> CardReward | None:
        """The nearest reward that the balance does not cover yet."""
        ahead = [reward for reward in card.rewards if reward.missing_points > 0]
        return min(ahead, key=lambda reward: reward.points_required, default=None)
