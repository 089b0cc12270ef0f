"""The origin of a request: who acts, for which merchant or the platform, at which store, in which language."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Origin:
    merchant_id: UUID
    store_id: UUID | None
    """None for a request that concerns no store, such as one of the office."""
    user_id: UUID | None
    """None for requests of customers, platform users, API keys and devices."""
    user_name: str | None
    """Name of the person, the API key or the device."""
    language: str
    now: datetime
    """Time of the request, UTC; all decisions of the request use it."""
    instance: str
    """The request's path."""
    request_id: str
    sign_in_id: UUID | None = None
    """None for anonymous requests and tasks."""
    ip: str | None = None
    user_agent: str | None = None
    device_id: UUID | None = None
    is_kiosk: bool = False
    """The device stands among customers."""
    api_key_id: UUID | None = None
    on_behalf_user_id: UUID | None = None
    """The platform admin who acts for the merchant."""
    on_behalf_name: str | None = None
    on_behalf_reason: str | None = None
    """Why, as they entered it when they began to act for the merchant."""
    country: str | None = None
    """The store's country, for phone numbers without a country code."""

    @classmethod
    def of_nobody(cls, merchant_id: UUID, now: datetime, *, instance: str, store_id: UUID | None = None) -> Self:
        """The origin of bookings that no request causes, such as expiry."""
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

    @classmethod
    def at_command_line(cls, merchant_id: UUID, user_name: str, now: datetime) -> Self:
        """The origin of what somebody changes with the `orion` command; `user_name` says who ran it."""
        return replace(cls.of_nobody(merchant_id, now, instance=""), user_name=user_name)

    @property
    def till_store_id(self) -> UUID:
        assert self.store_id is not None, "a till belongs to a store"
        return self.store_id

    @property
    def key_scope(self) -> str:
        """Where an idempotency key belongs to. What a tablet is answered is its own: it sees customers masked, and gets
        no answer that was made for somebody else."""
        return f"{self.store_id or ''}{self.device_id or ''}{self.instance}"


@dataclass(frozen=True, slots=True)
class PlatformOrigin:
    """The origin of a change that concerns no merchant."""

    user_id: UUID | None
    """None at the command line; `user_name` says who ran it."""
    user_name: str
    language: str
    now: datetime
    instance: str = ""
    request_id: str = ""
    sign_in_id: UUID | None = None
    device_id: UUID | None = None

    def on_behalf_of(self, merchant_id: UUID) -> Origin:
        """The same request, for what it changes at a merchant."""
        return Origin(
            merchant_id=merchant_id,
            store_id=None,
            user_id=None,
            user_name=None,
            language=self.language,
            now=self.now,
            instance=self.instance,
            request_id=self.request_id,
            sign_in_id=self.sign_in_id,
            device_id=self.device_id,
            on_behalf_user_id=self.user_id,
            on_behalf_name=self.user_name,
        )
