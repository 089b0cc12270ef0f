"""Whose order it is and how much a return of it would take back, decided by the return itself and not booked."""

from backend.core.origin import Origin
from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.booking.target import Target
from backend.loyalty.ledger.operations.void import VoidTransaction
from backend.loyalty.ledger.problems.returns import TransactionNotFound
from backend.loyalty.ledger.queries import find_state
from backend.loyalty.ledger.receipts import fold_reference
from backend.loyalty.ledger.schemas.returns import OrderLine, OrderPreview, OrderQuestion, Void
from backend.loyalty.ledger.views import Show


async def preview_return(ledger: Ledger, origin: Origin, asked: OrderQuestion) -> OrderPreview:
    """Raises what the return would raise, but for PINs."""
    reference = fold_reference(asked.order_reference)
    state = await find_state(ledger.pool, origin, order_reference=reference)
    if state is None:
        raise TransactionNotFound
    operation = VoidTransaction(Void(amount_cents=asked.amount_cents))
    operation.check(state)
    draft = BookingDraft(state, origin)
    decided = operation.decide(draft)
    return _view(decided, draft, Show.to(ledger.links, origin))


def _view(decided: Decided, draft: BookingDraft, show: Show) -> OrderPreview:
    targets = {target.transaction.id: target for target in draft.state.targets}
    pairs = [(row, targets[row.voids_id]) for row in decided.rows if row.voids_id]
    card = show.card(draft.state)
    return OrderPreview(
        order_reference=pairs[0][1].transaction.order_reference or "",
        customer=card.customer.name,
        code=card.code,
        lines=[_line(row, target, draft.state, show) for row, target in pairs],
        points=sum(row.amount for row, _ in pairs if row.unit == "points"),
        stamps=sum(row.amount for row, _ in pairs if row.unit == "stamps"),
        card=card,
    )


def _line(row: TransactionRow, target: Target, state: CardState, show: Show) -> OrderLine:
    booked = target.transaction
    stamp_reward = show.reward_name(state, None) if booked.kind == "redeemed" else None
    return OrderLine(
        transaction_id=booked.id,
        kind=booked.kind,
        unit=booked.unit,
        amount=booked.amount,
        store=target.store,
        occurred_at=booked.occurred_at,
        purchase_amount_cents=booked.purchase_amount_cents,
        returning_cents=row.purchase_amount_cents,
        reward=show.text(target.reward, state.setup) or stamp_reward,
        quantity=booked.quantity,
        returning_quantity=row.quantity,
    )
