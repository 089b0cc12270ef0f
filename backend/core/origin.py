"""Where a request comes from: who acts, for which merchant, at which store, in which language."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Origin:
    merchant_id: UUID
    store_id: UUID | None
    """None for what is done in an office, at no store."""
    user_id: UUID | None
    """None for the customer's own acts, and for those of the platform's people."""
    user_name: str | None
    language: str
    now: datetime
    """The moment of the request, UTC; every decision of the request uses it."""
    instance: str
    """The path asked for."""
    request_id: str
    sign_in_id: UUID | None = None
    """None for what nobody signed in does."""
    ip: str | None = None
    user_agent: str | None = None
    device_id: UUID | None = None
    on_behalf_user_id: UUID | None = None
    """The platform admin who acts for the merchant."""
    on_behalf_name: str | None = None
    country: str | None = None
    """Of the store at which is asked: where a number told without its country's code is of."""

    @classmethod
    def of_nobody(cls, merchant_id: UUID, now: datetime, *, instance: str, store_id: UUID | None = None) -> Self:
        """For what happens by itself, such as time passing."""
        return cls(
            merchant_id=merchant_id,
            store_id=store_id,
            user_id=None,
            user_name=None,
            language="en",
            now=now,
            instance=instance,
            request_id="",
        )

    @property
    def till_store_id(self) -> UUID:
        assert self.store_id is not None, "a till stands in a store"
        return self.store_id
