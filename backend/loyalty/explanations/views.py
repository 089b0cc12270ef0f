"""From the facts of a card to its explanation."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from backend.core.origin import Origin
from backend.loyalty.explanations.messages import ExplanationMessages
from backend.loyalty.explanations.queries import CardFacts, LotFacts, OtherLots, PartFacts, TransactionFacts
from backend.loyalty.explanations.rules import cents_to_next_point, held_in, meaning_of
from backend.loyalty.explanations.schemas import (
    CarryView,
    DebtPart,
    DebtView,
    ExplanationView,
    LotView,
    Occasion,
    OlderLots,
    PartView,
    UnitView,
)
from backend.loyalty.ledger.booking.card import CardMoment, LotState
from backend.loyalty.ledger.rules.expiry import expiry_of
from backend.loyalty.ledger.rules.holds import held
from backend.loyalty.ledger.rules.lots import expired_lots, left_in, live_lots


def explain(facts: CardFacts, origin: Origin) -> ExplanationView:
    setup = facts.state.setup
    say = ExplanationMessages(origin.language, setup.merchant, facts.state.program.default_language)
    return Explanation(facts, say, origin.now).view()


@dataclass(frozen=True)
class Explanation:
    """Of one card, to one reader, at one moment."""

    facts: CardFacts
    say: ExplanationMessages
    now: datetime

    def view(self) -> ExplanationView:
        program = self.facts.state.program
        return ExplanationView(
            card_id=self.facts.state.card.id,
            as_of=self.now,
            points=self._unit("points", is_offered=program.has_points),
            stamps=self._unit("stamps", is_offered=program.has_stamps),
            debt=self._debt(),
            carry=self._carry(),
        )

    def _unit(self, unit: str, *, is_offered: bool) -> UnitView | None:
        lots = [entry for entry in self.facts.lots if entry.lot.unit == unit]
        if not (is_offered or lots):
            return None
        balance, held = left_in(self._live[unit]), sum(self._held[unit].values())
        others = next((others for others in self.facts.others if others.unit == unit), None)
        return UnitView(
            unit=unit,
            balance=balance,
            held=held,
            sentences=[self.say.balance(unit, balance), *self._held_sentences(unit, held)],
            lots=[self._lot(entry) for entry in lots],
            older=self._older(others, {entry.lot.id for entry in lots}) if others else None,
        )

    def _held_sentences(self, unit: str, kept: int) -> list[str]:
        allowances = [hold for hold in self.facts.state.holds if hold.is_allowance]
        for_tablets = min(kept, held(allowances, unit, self.now))
        return self.say.held(unit, for_rewards=kept - for_tablets, for_tablets=for_tablets)

    def _lot(self, entry: LotFacts) -> LotView:
        lot, granted, earned = entry.lot, self._named[entry.lot.transaction_id], self._named[entry.source_id]
        parts = [self._part(part, lot.unit) for part in entry.parts]
        if lot.id in self._expired:
            parts.append(self._unbooked(lot.unit, lot.remaining))
        remaining = 0 if lot.id in self._expired else lot.remaining
        ends_at = expiry_of(lot, self._moment)
        return LotView(
            id=lot.id,
            granted=self._occasion(granted),
            earned=self._occasion(earned),
            terms_version=earned.terms_version,
            points_per_euro=f"{earned.points_numerator}/{earned.points_denominator}".removesuffix("/1"),
            original=lot.original,
            remaining=remaining,
            held=self._held[lot.unit].get(lot.id, 0),
            expires_at=ends_at,
            parts=parts,
            sentence=self.say.origin(granted, earned, lot.original),
            rest=self.say.rest(lot.unit, remaining, ends_at),
        )

    def _older(self, others: OtherLots, listed_ids: set[UUID]) -> OlderLots:
        unit = others.unit
        parts = [self._part(part, unit) for part in others.parts]
        if expired := sum(
            lot.remaining for lot in self._expired.values() if lot.unit == unit and lot.id not in listed_ids
        ):
            parts.append(self._unbooked(unit, expired))
        remaining = others.remaining - expired
        return OlderLots(
            lots=others.lots,
            original=others.original,
            remaining=remaining,
            held=sum(amount for lot_id, amount in self._held[unit].items() if lot_id not in listed_ids),
            parts=parts,
            sentence=self.say.older(unit, others.lots, others.original),
            rest=self.say.rest(unit, remaining, None),
        )

    def _part(self, part: PartFacts, unit: str) -> PartView:
        meaning = meaning_of(part.kind, taken=part.amount > 0, by_grant=part.by_grant)
        if part.transaction_id is None:
            return PartView(meaning, part.amount, None, self.say.sum_of_parts(meaning, unit, part.amount))
        cause = self._named[part.transaction_id]
        undone = self._named[cause.voids_id] if cause.voids_id else None
        sentence = self.say.part(meaning, unit, part.amount, cause, undone)
        return PartView(meaning, part.amount, self._occasion(cause), sentence)

    def _unbooked(self, unit: str, amount: int) -> PartView:
        """Gone by the clock; the next booking, or the task, writes it down."""
        return PartView("expired", amount, None, self.say.sum_of_parts("expired", unit, amount))

    def _occasion(self, transaction: TransactionFacts) -> Occasion:
        return Occasion(
            id=transaction.id,
            kind=transaction.kind,
            store=transaction.store,
            occurred_at=transaction.occurred_at,
            purchase_amount_cents=transaction.purchase_amount_cents,
            order_reference=transaction.order_reference,
            reward=self.say.reward(transaction) or None,
            quantity=transaction.quantity,
        )

    def _debt(self) -> DebtView | None:
        owed = self.facts.state.card.debt_points
        if not owed:
            return None
        parts = [self._debt_part(self._named[debt.transaction_id], debt.amount) for debt in self.facts.debts]
        if before := self.facts.debt_before:
            parts.append(DebtPart(before, None, self.say.debt_before(before)))
        return DebtView(owed, self.say.debt(owed), parts)

    def _debt_part(self, cause: TransactionFacts, amount: int) -> DebtPart:
        return DebtPart(amount, self._occasion(cause), self.say.debt_part(amount, cause))

    def _carry(self) -> CarryView | None:
        carry = self.facts.state.card.carry
        if not carry:
            return None
        missing = cents_to_next_point(carry, self.facts.state.terms.points_per_euro)
        return CarryView(str(carry), missing, self.say.carry(carry, missing))

    @cached_property
    def _named(self) -> dict[UUID, TransactionFacts]:
        return {transaction.id: transaction for transaction in self.facts.transactions}

    @cached_property
    def _live(self) -> dict[str, list[LotState]]:
        """By unit, in the order in which they are spent."""
        return {unit: live_lots(self.facts.state.lots, unit, self._moment) for unit in ("points", "stamps")}

    @cached_property
    def _held(self) -> dict[str, dict[UUID, int]]:
        holds = self.facts.state.holds
        return {unit: held_in(live, held(holds, unit, self.now)) for unit, live in self._live.items()}

    @cached_property
    def _expired(self) -> dict[UUID, LotState]:
        """Lots that have expired and are not booked as such yet."""
        return {lot.id: lot for lot in expired_lots(self.facts.state.lots, self._moment)}

    @cached_property
    def _moment(self) -> CardMoment:
        return self.facts.state.moment(self.now)
