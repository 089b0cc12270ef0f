"""Texts of a return, before and after the booking."""

from backend.loyalty.ledger.schemas.returns import OrderLine, OrderPreview, VoidView
from frontend.till.messages import TillMessages


class ReturnMessages(TillMessages):
    def sold(self, line: OrderLine, currency: str) -> str:
        """`Sale, €41.50`, or `Redeemed: Tote bag`."""
        _ = self.translator.gettext
        if line.kind == "redeemed":
            return _("Redeemed: %(reward)s", reward=self.pieces(line.reward, line.quantity))
        return _("Sale of %(money)s", money=self.formatter.money(line.purchase_amount_cents or 0, currency))

    def returning(self, preview: OrderPreview, currency: str) -> str:
        """`Goes back: €10.00 and Tote bag`."""
        parts = [
            self.formatter.money(line.returning_cents, currency)
            if line.returning_cents is not None
            else self.pieces(line.reward, line.returning_quantity)
            for line in preview.lines
        ]
        return self.translator.gettext("Goes back: %(parts)s", parts=self.formatter.listing(parts))

    def return_effect(self, preview: OrderPreview) -> str:
        """`−41 points; the card then has 12 points.`, followed by the debt, if any."""
        _, changes = self.translator.gettext, [("points", preview.points), ("stamps", preview.stamps)]
        moved = [self.units(unit, amount, signed=True) for unit, amount in changes if amount]
        balance = self.balance_of(preview.card)
        effect = _("No points change; the card then has %(balance)s.", balance=balance)
        if moved:
            effect = _(
                "%(changes)s; the card then has %(balance)s.", changes=self.formatter.listing(moved), balance=balance
            )
        return f"{effect} {self.debt_text(preview.card)}".strip()

    def return_text(self, answer: VoidView) -> str:
        """The toast after a return or after an undone return."""
        if not any(line.kind == "reinstated" for line in answer.transactions):
            return self.void_text(answer.transactions, answer.card)
        _, name = self.translator.gettext, answer.card.customer.name
        moved = [self.units(line.unit, line.amount, signed=True) for line in answer.transactions if line.amount]
        if not moved:
            return _("%(name)s: the return is undone.", name=name)
        return _("%(name)s: the return is undone, %(amounts)s.", name=name, amounts=self.formatter.listing(moved))
