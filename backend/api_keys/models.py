from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import CheckConstraint, LargeBinary, String, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.clock import clock
from backend.core.models import LABEL, TenantEntity, of_member

MODES = ("live", "test")


class ApiKey(TenantEntity):
    """What a server of others signs its requests with. Of its secrets only the SHA-256 is stored.

    After a rotation the previous secret works beside the new one until `previous_until`.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        of_member("created_by"),
        UniqueConstraint("merchant_id", "secret_hash", name="uq_api_keys_merchant_id_secret_hash"),
        UniqueConstraint("merchant_id", "previous_hash", name="uq_api_keys_merchant_id_previous_hash"),
        CheckConstraint(f"mode IN {MODES}", name="mode"),
        CheckConstraint("(previous_hash IS NULL) = (previous_until IS NULL)", name="previous"),
    )

    name: Mapped[str] = mapped_column(LABEL)
    mode: Mapped[str] = mapped_column(String(4))
    """As the merchant's: a key of the other mode is refused."""
    prefix: Mapped[str] = mapped_column(String(20))
    """The first letters of the secret, by which people recognize it."""
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    secret_used_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """When the present secret was used first. Before that, another rotation keeps the previous one."""
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_until: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    store_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    """None: all stores, also later ones."""
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    expires_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    last_used_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """Written once a minute at most."""
    revoked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(DateTimeUTC, default=clock.now)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - never mutated
