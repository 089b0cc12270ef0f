from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import CODE, PlatformRow


class MerchantPicture(PlatformRow):
    """A picture that a merchant has uploaded, identified by the hash of its content, so it never changes.

    Everybody may see it, so it is read before a merchant is known.
    """

    __tablename__ = "pictures"
    __table_args__ = (
        CheckConstraint("length(hash) = 64", name="hash"),
        Index("ix_pictures_hash", "hash"),
        Index("ix_pictures_created_at", "merchant_id", "created_at"),
    )

    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of `body`, in hexadecimal."""
    media_type: Mapped[str] = mapped_column(CODE)
    width: Mapped[int]
    height: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)


def shows_picture(column: str) -> ForeignKeyConstraint:
    """The foreign key of a table with a column that names a picture."""
    return ForeignKeyConstraint(
        ["merchant_id", column], ["pictures.merchant_id", "pictures.hash"], name=f"fk_{column}_pictures"
    )
