"""Which cards are at risk: their holders stay away for longer than they used to. For counts and for lists."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, case, join

from backend.loyalty.cards.models import Card
from backend.loyalty.customers.test_marks import is_of_real_customer
from backend.loyalty.retention.models import VisitInterval
from backend.loyalty.retention.rules import IDLE, INTERVALS

OWN_INTERVAL = (VisitInterval.merchant_id == Card.merchant_id) & (VisitInterval.card_id == Card.id)
CARDS: FromClause = join(Card, VisitInterval, OWN_INTERVAL, isouter=True)
"""To select from: cards, each with its interval."""
PATIENCE: ColumnElement[timedelta] = case(
    (VisitInterval.mean_minutes.is_not(None), VisitInterval.mean_minutes * (INTERVALS * timedelta(minutes=1))),
    else_=IDLE,
)
"""How long a card may be idle before it is at risk."""


def in_use(merchant_id: UUID) -> list[ColumnElement[bool]]:
    """Active cards of real customers."""
    is_real = is_of_real_customer(merchant_id, Card.customer_id)
    return [Card.merchant_id == merchant_id, Card.state == "active", is_real]


def is_at_risk(now: datetime) -> ColumnElement[bool]:
    """Of cards that are `in_use`. What counts as a visit also sets `last_activity_at`."""
    return Card.last_activity_at + PATIENCE < now
