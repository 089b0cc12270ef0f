from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantRow, belongs_to, of_merchant


class VisitInterval(TenantRow):
    """How often a card's holder comes. Counted anew when the card has new transactions; one with few has no row."""

    __tablename__ = "visit_intervals"
    __table_args__ = (belongs_to("cards", "card_id", ondelete="CASCADE"),)

    card_id: Mapped[UUID] = mapped_column(primary_key=True)
    counted_seq: Mapped[int]
    """The card's newest transaction that was counted."""
    mean_minutes: Mapped[int | None]
    """Between days with a visit. None: too few days to say."""


class CustomerCount(TenantRow):
    """What the last count of a merchant's customers has found."""

    __tablename__ = "customer_counts"
    __table_args__ = (of_merchant(),)

    active_cards: Mapped[int]
    at_risk_cards: Mapped[int]
    """Of the active ones."""
    new_cards: Mapped[int]
    """Of the last seven days."""
    live_since: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """None: nobody can join."""
    counted_at: Mapped[datetime] = mapped_column(DateTimeUTC)
