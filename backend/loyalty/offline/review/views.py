from dataclasses import dataclass

from backend.loyalty.cards.code import show
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.models import Customer
from backend.loyalty.ledger.schemas.bookings import Earn
from backend.loyalty.offline.items import ItemBody, OfflineItem
from backend.loyalty.offline.models import DeviceOperation
from backend.loyalty.offline.review.rights import ReviewRights
from backend.loyalty.offline.rules.reasons import SENTENCES
from backend.loyalty.offline.schemas.batches import DeviceOperationView, OperationState
from backend.loyalty.offline.schemas.review import ReviewItem
from i18n.translator import get_translator


@dataclass(slots=True)
class ReviewRow:
    operation: DeviceOperation
    device_name: str
    store_code: str
    staff_name: str | None
    item: OfflineItem | None = None
    body: ItemBody | None = None
    card: Card | None = None
    customer: Customer | None = None
    reward: str | None = None


def review_item(row: ReviewRow, language: str, rights: ReviewRights) -> ReviewItem:
    operation, body = row.operation, row.body
    reason = operation.reason or "unfinished"
    return ReviewItem(
        id=operation.id,
        device_id=operation.device_id,
        device_name=row.device_name,
        store_code=row.store_code,
        operation_id=operation.operation_id,
        op=operation.op,
        reason=reason,
        explanation=get_translator(language).gettext(SENTENCES[reason]),
        staff_name=row.staff_name,
        card_id=row.card.id if row.card else None,
        card_code=show(row.card.code) if row.card else None,
        customer_name=_name(row.customer),
        purchase_amount_cents=body.purchase_amount_cents if isinstance(body, Earn) else None,
        reward=row.reward,
        occurred_at=operation.occurred_at,
        occurred_at_used=operation.used_at,
        clock_offset_ms=operation.clock_offset_ms,
        received_at=operation.received_at,
        problem=operation.problem,
        content=operation.content,
        can_be_booked=body is not None and rights.may_book(body, operation.store_id),
    )


def operation_view(row: DeviceOperation) -> DeviceOperationView:
    """For the tablet that handed it in."""
    state: OperationState = row.state  # type: ignore[assignment]  # a check constraint knows the states
    return DeviceOperationView(
        id=row.operation_id,
        state=state,
        op=row.op,
        reason=row.reason,
        problem=row.problem,
        transaction_id=row.transaction_id,
        card_id=row.card_id,
        occurred_at_used=row.used_at,
        received_at=row.received_at,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
    )


def _name(customer: Customer | None) -> str | None:
    if customer is None:
        return None
    return " ".join(part for part in (customer.first_name, customer.last_name) if part) or customer.email
