from datetime import datetime

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import CODE, TenantRow, of_merchant


class Picture(TenantRow):
    """A picture that the merchant has uploaded, identified by the hash of its content, so it never changes."""

    __tablename__ = "pictures"
    __table_args__ = (
        of_merchant(),
        CheckConstraint("length(hash) = 64", name="hash"),
        # It is shown before the merchant is known.
        Index("ix_pictures_hash", "hash"),
        Index("ix_pictures_created_at", "merchant_id", "created_at"),
    )

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
