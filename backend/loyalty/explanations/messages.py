"""The sentences of an explanation, in one reader's language. Each begins with the number it is about."""

from datetime import datetime
from fractions import Fraction

from backend.loyalty.explanations.queries import TransactionFacts
from backend.loyalty.ledger.booking.setup import MerchantState, in_language
from i18n.formatting import get_formatter
from i18n.translator import N_, get_translator

RECORDED = N_("%(amount)s: recorded on %(date)s.")
RECORDED_EARLIER = N_("%(amount)s: recorded earlier.")


class ExplanationMessages:
    """Days are those of the merchant, like the end of points."""

    def __init__(self, language: str, merchant: MerchantState, default_language: str) -> None:
        self._language = language
        self._merchant = merchant
        self._default_language = default_language
        self._translator = get_translator(language)
        self._formatter = get_formatter(language, merchant.timezone)

    def amount(self, unit: str, amount: int) -> str:
        ngettext, shown = self._translator.ngettext, self._formatter.points(abs(amount))
        if unit == "stamps":
            return ngettext("%(amount)s stamp", "%(amount)s stamps", abs(amount), amount=shown)
        return ngettext("%(amount)s point", "%(amount)s points", abs(amount), amount=shown)

    def balance(self, unit: str, balance: int) -> str:
        ngettext, shown = self._translator.ngettext, self._formatter.points(balance)
        if unit == "stamps":
            return ngettext("%(count)s stamp on the card.", "%(count)s stamps on the card.", balance, count=shown)
        return ngettext("%(count)s point on the card.", "%(count)s points on the card.", balance, count=shown)

    def held(self, unit: str, *, for_rewards: int, for_tablets: int) -> list[str]:
        _, sentences = self._translator.gettext, []
        if for_rewards:
            sentences.append(_("%(amount)s of them: set aside for a reward.", amount=self.amount(unit, for_rewards)))
        if for_tablets:
            sentences.append(_("%(amount)s of them: set aside for a tablet.", amount=self.amount(unit, for_tablets)))
        return sentences

    def origin(self, lot: TransactionFacts, source: TransactionFacts, amount: int) -> str:
        """Where a lot came from."""
        _, named = self._translator.gettext, self._named(lot.unit, amount, lot)
        if lot.kind == "transferred":
            return _(
                "%(amount)s: moved from another card on %(date)s; first collected on %(first)s.",
                **named,
                first=self.day(source.occurred_at),
            )
        if lot.kind == "earned" and lot.purchase_amount_cents is not None:
            return _(
                "%(amount)s: purchase of %(money)s at %(store)s on %(date)s, %(rate)s (rules no. %(version)s).",
                **named,
                money=self._money(lot.purchase_amount_cents),
                rate=self._rate(lot),
                version=lot.terms_version,
            )
        if lot.kind == "voided":
            return _("%(amount)s: back on the card since %(date)s, because a reward was voided.", **named)
        sentences = {
            "earned": N_("%(amount)s: visit at %(store)s on %(date)s."),
            "welcome_bonus": N_("%(amount)s: welcome gift on %(date)s."),
            "adjusted": N_("%(amount)s: added manually on %(date)s."),
            "restored": N_("%(amount)s: restored on %(date)s after expiring."),
            "reinstated": N_("%(amount)s: back on the card since %(date)s, because a return was undone."),
        }
        return _(sentences.get(lot.kind, RECORDED), **named)

    def part(
        self, meaning: str, unit: str, amount: int, cause: TransactionFacts, undone: TransactionFacts | None
    ) -> str:
        """What one transaction moved; `undone` is the one it takes back."""
        _, named = self._translator.gettext, self._named(unit, amount, cause)
        reward = self.reward(undone if meaning == "came_back" and undone else cause)
        if meaning == "returned" and cause.purchase_amount_cents is not None:
            return _(
                "%(amount)s: deducted at %(store)s on %(date)s for a return of %(money)s.",
                **named,
                money=self._money(cause.purchase_amount_cents),
            )
        sentences = {
            "redeemed": N_("%(amount)s: redeemed for %(reward)s at %(store)s on %(date)s."),
            "returned": N_("%(amount)s: voided at %(store)s on %(date)s."),
            "came_back": N_("%(amount)s: back on the card since %(date)s, because %(reward)s was voided."),
            "expired": N_("%(amount)s: expired on %(date)s."),
            "paid_debt": N_("%(amount)s: used to settle points owed from an earlier return."),
            "adjusted": N_("%(amount)s: deducted manually on %(date)s."),
            "transferred": N_("%(amount)s: moved to another card on %(date)s."),
            "moved_back": N_("%(amount)s: moved back from another card on %(date)s."),
            "reinstated": N_("%(amount)s: back on the card since %(date)s, because a return was undone."),
            "taken_again": N_("%(amount)s: deducted again on %(date)s, because a return was undone."),
        }
        # NOTE: stands within a sentence, where a reward has no name
        return _(sentences.get(meaning, RECORDED), **named, reward=reward or _("a reward"))

    def sum_of_parts(self, meaning: str, unit: str, amount: int) -> str:
        """What several older transactions moved together."""
        _ = self._translator.gettext
        sentences = {
            "redeemed": N_("%(amount)s: redeemed earlier."),
            "returned": N_("%(amount)s: deducted earlier for returns."),
            "came_back": N_("%(amount)s: back on the card earlier, because rewards were voided."),
            "expired": N_("%(amount)s: expired."),
            "paid_debt": N_("%(amount)s: used to settle points owed from an earlier return."),
            "adjusted": N_("%(amount)s: deducted manually earlier."),
            "transferred": N_("%(amount)s: moved to another card earlier."),
            "moved_back": N_("%(amount)s: moved back from another card earlier."),
            "reinstated": N_("%(amount)s: back on the card earlier, because returns were undone."),
            "taken_again": N_("%(amount)s: deducted again earlier, because returns were undone."),
        }
        return _(sentences.get(meaning, RECORDED_EARLIER), amount=self.amount(unit, amount))

    def older(self, unit: str, lots: int, amount: int) -> str:
        ngettext, shown = self._translator.ngettext, self._formatter.points(lots)
        return ngettext(
            "%(amount)s: from %(count)s earlier transaction.",
            "%(amount)s: from %(count)s earlier transactions.",
            lots,
            amount=self.amount(unit, amount),
            count=shown,
        )

    def rest(self, unit: str, remaining: int, expires_at: datetime | None) -> str:
        _ = self._translator.gettext
        if not remaining:
            return _("Nothing is left of that.")
        if expires_at is None:
            return _("%(amount)s left.", amount=self.amount(unit, remaining))
        last = self._formatter.last_day(expires_at)
        return _("%(amount)s left, to be spent by %(date)s.", amount=self.amount(unit, remaining), date=last)

    def debt(self, points: int) -> str:
        return self._translator.ngettext(
            "%(points)s point will be deducted from the next purchase because of a return.",
            "%(points)s points will be deducted from the next purchase because of a return.",
            points,
            points=self._formatter.points(points),
        )

    def debt_part(self, amount: int, cause: TransactionFacts) -> str:
        _, named = self._translator.gettext, self._named("points", amount, cause)
        money = self._money(cause.purchase_amount_cents or 0)
        if amount < 0 and cause.kind == "earned":
            return _("%(amount)s: settled by the purchase of %(money)s on %(date)s.", **named, money=money)
        if amount < 0:
            return _("%(amount)s: settled on %(date)s.", **named)
        if cause.kind == "voided":
            return _(
                "%(amount)s: owed since a return of %(money)s at %(store)s on %(date)s; the points had already been "
                "used.",
                **named,
                money=money,
            )
        return _("%(amount)s: owed since %(date)s.", **named)

    def debt_before(self, amount: int) -> str:
        return self._translator.gettext("%(amount)s: owed before that.", amount=self.amount("points", amount))

    def carry(self, carry: Fraction, missing_cents: int) -> str:
        _ = self._translator.gettext
        if carry < 0:
            return _(
                "%(fraction)s of a point is missing after a return: a purchase of %(money)s gives the next point.",
                fraction=-carry,
                money=self._money(missing_cents),
            )
        return _(
            "%(fraction)s of a point is carried over: a purchase of %(money)s gives the next point.",
            fraction=carry,
            money=self._money(missing_cents),
        )

    def reward(self, redeemed: TransactionFacts) -> str:
        return in_language(redeemed.reward, self._language, self._default_language)

    def day(self, moment: datetime) -> str:
        return self._formatter.date(moment)

    def _named(self, unit: str, amount: int, cause: TransactionFacts) -> dict[str, object]:
        return {
            "amount": self.amount(unit, amount),
            "store": cause.store or self._merchant.name,
            "date": self.day(cause.occurred_at),
        }

    def _rate(self, sale: TransactionFacts) -> str:
        return self._translator.ngettext(
            "%(points)s point for every %(money)s",
            "%(points)s points for every %(money)s",
            sale.points_numerator,
            points=self._formatter.points(sale.points_numerator),
            money=self._money(sale.points_denominator * 100),
        )

    def _money(self, cents: int) -> str:
        return self._formatter.money(cents, self._merchant.currency)
