from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import Index, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import TenantEntity, belongs_to, of_merchant

GONE = "SET NULL (customer_id)"
"""Erasing a customer leaves these rows without one."""


class CustomerSignIn(TenantEntity):
    """A customer's attempt to sign in. The worker looks up the address, emails a code and forgets the address.

    The row of an unknown address stays without a code: nothing entered for it is right.
    """

    __tablename__ = "customer_sign_ins"
    __table_args__ = (
        of_merchant(),
        belongs_to("customers", "customer_id", ondelete=GONE),
        Index("ix_customer_sign_ins_customer", "merchant_id", "customer_id"),
        Index("ix_customer_sign_ins_mail", "merchant_id", "mail_id"),
        Index("ix_customer_sign_ins_expires_at", "merchant_id", "expires_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the token of the browser that asked: only there the code is valid."""
    email_norm: Mapped[str | None] = mapped_column(Text)
    """None as soon as the worker has looked it up."""
    customer_id: Mapped[UUID | None]
    code_mac: Mapped[bytes | None] = mapped_column(LargeBinary)
    mail_id: Mapped[UUID | None]
    """The email with the code."""
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    """Entered codes, counted before they are verified."""
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    ended_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)


class CustomerSession(TenantEntity):
    """A customer is signed in in one browser. Only the SHA-256 of the token is stored."""

    __tablename__ = "customer_sessions"
    __table_args__ = (
        of_merchant(),
        belongs_to("customers", "customer_id", ondelete=GONE),
        Index("ix_customer_sessions_customer", "merchant_id", "customer_id"),
        Index("ix_customer_sessions_expires_at", "merchant_id", "expires_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    customer_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    ended_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
