from datetime import date, datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import Computed, Index, SmallInteger, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.models import LABEL, TenantEntity, TenantRow, belongs_to, of_merchant
from backend.loyalty.customers.rules import shown_name

HAS_CONSENTED = text("marketing_consented_at IS NOT NULL")


class Customer(TenantEntity):
    """Who holds a card. All that is known of the person is here and in `customer_words`: erasing deletes these rows."""

    __tablename__ = "customers"
    __table_args__ = (
        of_merchant(),
        UniqueConstraint("merchant_id", "email_norm"),
        Index("ix_customers_created_at", "merchant_id", "created_at", "id"),
        Index("ix_customers_mailbox", "merchant_id", "mailbox"),
        Index("ix_customers_phone", "merchant_id", "phone_norm", postgresql_where="phone_norm IS NOT NULL"),
        Index(
            "ix_customers_marketing",
            "merchant_id",
            "id",
            postgresql_include=["is_test"],
            postgresql_where=HAS_CONSENTED,
        ),
        Index("ix_customers_test", "merchant_id", "id", postgresql_where=text("is_test")),
        Index("ix_customers_birthday", "merchant_id", "birthday", "id", postgresql_where=HAS_CONSENTED),
    )

    email: Mapped[str] = mapped_column(String(254))
    email_norm: Mapped[str] = mapped_column(String(254))
    mailbox: Mapped[str] = mapped_column(String(254))
    """`mailbox_of` the address: a withdrawal of consent holds for all its customers."""
    first_name: Mapped[str | None] = mapped_column(LABEL)
    last_name: Mapped[str | None] = mapped_column(LABEL)
    phone: Mapped[str | None] = mapped_column(String(30))
    phone_norm: Mapped[str | None] = mapped_column(String(16, collation="C"))
    """E.164, backward, for finding by its end too."""
    birth_date: Mapped[date | None]
    birthday: Mapped[int | None] = mapped_column(
        SmallInteger, Computed("(extract(month FROM birth_date) * 100 + extract(day FROM birth_date))::smallint")
    )
    """Month and day, such as 229. Under row-level security an index of a function of the date would not be used."""
    language: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    marketing_consented_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """None: no marketing emails. The events of consent say who gave or withdrew it, and where."""
    marketing_withdrawn_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """Since when a consent that was given before is withdrawn; None while there is a consent."""
    birthday_greeted_on: Mapped[date | None]
    """The last birthday for which an email was queued."""
    reengaged_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """When an email about a long absence was queued last."""

    is_test: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Somebody tries Orion out in their name: left out of figures and marketing emails, removed by `orion cleanup`."""

    @property
    def name(self) -> str:
        return shown_name(self.first_name, self.last_name, self.email)


class CustomerWord(TenantRow):
    """A word of a customer's name as `rules.words` folds it, for finding by its beginning.

    Its own table with plain comparisons, because under row-level security LIKE and lower() use no index.
    """

    __tablename__ = "customer_words"
    __table_args__ = (
        Index("ix_customer_words_customer", "merchant_id", "customer_id", "word"),
        belongs_to("customers", "customer_id", ondelete="CASCADE"),
    )

    word: Mapped[str] = mapped_column(String(100, collation="C"), primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
