from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body


class StepView(Answer):
    """One step of "does this wallet work"; those after a failed one are skipped."""

    name: Annotated[str, Meta(examples=["file_readable"])]
    outcome: str
    """ok | warning | failed | skipped"""
    sentence: str
    mend: str
    """What to do about it; empty when nothing is."""


class PassCounts(Answer):
    """Passes at this moment."""

    active: int
    """Kept up to date."""
    right: int
    """Show what the till shows."""
    behind: int
    failed: int
    """Refused by the provider; they wait for a person."""
    oldest_waiting_since: datetime | None


class FreshnessView(Answer):
    """From a booking to the provider's acknowledgement, over the last hour."""

    count: int
    p50_seconds: float | None
    p95_seconds: float | None
    """Upper bounds; None when nothing was measured."""


class BreakerView(Answer):
    state: str
    """closed | open (for half a minute at a time) | stopped (an operator has to act)"""
    reason: str | None


class ProviderStatus(Answer):
    configured: bool
    working: bool
    """No step has failed."""
    steps: list[StepView]
    passes: PassCounts
    freshness: FreshnessView
    breaker: BreakerView


class WalletStatus(Answer):
    google_configured: bool
    apple_configured: bool
    issuer: str | None
    """Google's issuer id."""
    origins: list[str]
    """Sites that may show Google's button."""
    credentials_valid: bool | None
    """Google accepts the service account; None when it is not configured."""
    key_age_days: int | None
    certificate_days_left: int | None
    """Until the first of Apple's certificates expires."""
    default_logo_reachable: bool | None
    """None when no default logo is set."""
    errors: list[str]
    google: ProviderStatus
    apple: ProviderStatus


class SyncRequest(Body):
    """Nothing: every pass that is behind."""

    merchant_code: Annotated[str, Meta(max_length=40)] | None = None
    card_code: Annotated[str, Meta(max_length=40)] | None = None
    """The card's code or its id. Its passes are sent even when they are up to date."""
    only_failed: bool = False
    run_id: UUID | None = None
    """An earlier run: the cards that failed in it."""


class PassLinkView(Answer):
    """A card in one wallet, to find out what is wrong with its pass."""

    provider: str
    external_id: str
    status: str
    """active | failed | removed"""
    synced_version: int
    is_right: bool
    saved_by_user: bool | None
    attempts: int
    next_attempt_at: datetime | None
    leased_until: datetime | None
    waiting_since: datetime | None
    synced_at: datetime | None
    last_error_code: str | None
    last_error: str | None
    failed_at: datetime | None
    would_send: dict[str, Any] | None
    """What a push would send now; None when the provider is not configured."""
    device_count: int | None
    """Phones that have registered the pass; Apple only."""


class CardPasses(Answer):
    card_id: UUID
    card_code: str
    merchant_code: str
    state: str
    wallet_version: int
    shows: dict[str, Any]
    """What a pass has to show now."""
    links: list[PassLinkView]
    save_link_error: str | None
    """Why no link to Google could be made; None: it could, or Google Wallet is not configured."""


class RetryView(Answer):
    provider: str
    outcome: str
    """synced | clean | moved | busy | retry | paused | stopped | gave_up | failed | gone"""
    reason: str
