"""Till texts about cards and transactions, in one language."""

from datetime import datetime

from backend.loyalty.cards.schemas import CardView, HoldView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.rewards.schemas import CardReward
from frontend.kit.card_states import card_state
from frontend.kit.templates import in_groups
from frontend.till.transaction_messages import TransactionMessages
from i18n.bidi import isolated


class TillMessages(TransactionMessages):
    """Texts about the card, beside those about its transactions."""

    def pieces_of(self, hold: HoldView) -> str:
        return self.pieces(hold.reward, hold.quantity)

    def held(self, card: CardView, unit: str) -> tuple[int, int]:
        """What of a balance is held for rewards, whose holds the card lists, and what for tablets."""
        held = card.held_points if unit == "points" else card.held_stamps
        for_rewards = sum(hold.amount for hold in card.holds if hold.unit == unit)
        return for_rewards, held - for_rewards

    def state_of(self, card: CardView) -> str:
        return card_state(card.state, self.translator)

    def blocked(self, card: CardView) -> str:
        """Why the card cannot be used, and who can change that."""
        _ = self.translator.gettext
        if card.state == "merged":
            return _("This card was merged into %(code)s. Open that one.", code=in_groups(card.merged_into_code or ""))
        if card.state == "erased":
            return _("This customer’s data has been erased. Nothing more can be recorded.")
        return _("This card is deactivated. The owner of the program can reactivate it.")

    def next_reward(self, card: CardView) -> str:
        """`40 more points for Tote bag`, or that every reward is affordable."""
        _ = self.translator.gettext
        missing = [reward for reward in card.rewards if reward.missing_points]
        if missing:
            reward = min(missing, key=lambda reward: reward.missing_points)
            points = self.formatter.points(reward.missing_points)
            return self.translator.ngettext(
                "%(points)s more point for %(reward)s",
                "%(points)s more points for %(reward)s",
                reward.missing_points,
                points=points,
                reward=reward.name,
            )
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
        """The time of the next stamp in the store's zone, or that there are none left today."""
        _ = self.translator.gettext
        if card.remaining_stamps_today < 1:
            return _("No more stamps today")
        if card.next_stamp_available_at and card.next_stamp_available_at > now:
            return _("Next stamp at %(time)s", time=self.formatter.time(card.next_stamp_available_at))
        return None

    def spoken(self, card: CardView) -> str:
        """The screen reader text for an opened card."""
        return f"{isolated(card.customer.name)}, {self.balance_of(card)}"

    def balance_of(self, card: CardView) -> str:
        """`460 points, 6 of 10 stamps`, depending on the type of the program."""
        parts = []
        if card.program_type != "stamps":
            points = card.points_balance
            ngettext, text = self.translator.ngettext, self.formatter.points(points)
            parts.append(ngettext("%(points)s point", "%(points)s points", points, points=text))
        if card.program_type != "points":
            ngettext, count, target = self.translator.ngettext, card.stamp_count, card.stamps_target
            stamps = ngettext(
                "%(count)s of %(target)s stamp", "%(count)s of %(target)s stamps", target, count=count, target=target
            )
            parts.append(stamps)
        return ", ".join(parts)

    def booked(self, booking: TransactionView, card: CardView) -> str:
        """The toast: what was recorded, and the new balance."""
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
