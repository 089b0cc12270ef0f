from datetime import datetime

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantEntity, of_merchant


class CardLinkQuestion(TenantEntity):
    """An email that was typed to get a card's address; gone as soon as it is answered."""

    __tablename__ = "card_link_questions"
    __table_args__ = (of_merchant(),)

    email_norm: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
