from datetime import datetime

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantRow, of_merchant


class WalkedStep(TenantRow):
    """What removed test customers had tried: `remove_test_customers` writes it, and the application may only read."""

    __tablename__ = "walked_steps"
    __table_args__ = (of_merchant(),)

    step: Mapped[str] = mapped_column(String(20), primary_key=True)
    """As `test_customer_steps` names it."""
    walked_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    """When it was tried last."""
