from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from backend.core.enums import (
    BreakerStateName,
    CardStateName,
    CheckOutcome,
    PassOutcome,
    PassStatus,
    WalletProviderName,
)
from backend.core.schemas import Answer, Body


class StepView(Answer):
    """A step of checking a wallet. Steps after a failed one are skipped."""

    name: Annotated[str, Meta(examples=["file_readable"])]
    """Stable name of the step."""
    outcome: CheckOutcome
    """`ok`, `warning` (works now, but needs action soon), `failed` or `skipped`."""
    sentence: str
    """What was found, as one sentence in the reader's language."""
    mend: str
    """What to do about it, in the reader's language. Empty when nothing is."""


class PassCounts(Answer):
    """Numbers of passes at this moment."""

    active: int
    """Passes that are kept up to date."""
    right: int
    """Active passes that show what the till shows."""
    behind: int
    """Active passes that wait for an update."""
    failed: int
    """Passes that the provider refuses. They wait for a person."""
    oldest_waiting_since: datetime | None
    """Since when the pass waits that has waited longest (UTC). Null when none waits."""


class FreshnessView(Answer):
    """Time from a booking to the provider's acknowledgement, over the last hour."""

    count: int
    """Number of updates that were measured."""
    p50_seconds: float | None
    """Half of the updates took at most this long, in seconds. Null when nothing was measured."""
    p95_seconds: float | None
    """95 of 100 updates took at most this long, in seconds. Null when nothing was measured."""


class BreakerView(Answer):
    """Whether calls to the provider are made at present."""

    state: BreakerStateName
    """`closed`: calls are made. `open`: no calls for ten seconds at a time, after failures. `stopped`: no calls until
    an operator acts."""
    reason: str | None
    """Why calls are stopped. Null unless they are."""


class ProviderStatus(Answer):
    """State of one wallet."""

    configured: bool
    """True when the wallet is configured."""
    working: bool
    """True when no step has failed."""
    steps: list[StepView]
    """Steps of the check. Empty when the wallet is not configured."""
    passes: PassCounts
    """Numbers of passes."""
    freshness: FreshnessView
    """How quickly passes follow bookings."""
    breaker: BreakerView
    """Whether calls to the provider are made at present."""


class WalletStatus(Answer):
    """State of both wallets."""

    google_configured: bool
    """True when Google Wallet is configured."""
    apple_configured: bool
    """True when Apple Wallet is configured."""
    issuer: str | None
    """Google's id of the issuer. Null when it is not configured."""
    origins: list[str]
    """Sites that may show Google's button."""
    credentials_valid: bool | None
    """True when Google accepts the service account. Null when it is not configured or not checked."""
    key_age_days: int | None
    """Age of Google's key in days. Null when it is not known."""
    certificate_days_left: int | None
    """Days until the first of Apple's certificates expires. Null when it is not known."""
    default_logo_reachable: bool | None
    """True when Google can fetch the default logo. Null when none is set or it was not checked."""
    errors: list[str]
    """Sentences of all failed steps, in the reader's language."""
    google: ProviderStatus
    """State of Google Wallet."""
    apple: ProviderStatus
    """State of Apple Wallet."""


class SyncRequest(Body):
    """Which passes to bring up to date. Without members: all that are behind."""

    merchant_code: Annotated[str, Meta(max_length=40)] | None = None
    """Code of a merchant: only its passes. Null: all merchants."""
    card_code: Annotated[str, Meta(max_length=40)] | None = None
    """Code or id of a card: its passes are sent even when they are up to date. Null: all cards."""
    only_failed: bool = False
    """True: only passes that have failed."""
    run_id: UUID | None = None
    """Id of an earlier run: only the cards that failed in it. Null: not limited so."""


class PassLinkView(Answer):
    """A card in one wallet, to find out what is wrong with its pass."""

    provider: WalletProviderName
    """The wallet: `google` or `apple`."""
    external_id: str
    """Id of the pass at the provider: Google's object id or Apple's serial number."""
    status: PassStatus
    """`active`: kept up to date. `failed`: refused by the provider. `removed`: the card was erased and the pass shows
    nothing any more."""
    synced_version: int
    """Version of the card that the pass shows, as `wallet_version`. -1: none yet."""
    is_right: bool
    """True when the pass shows what the till shows."""
    saved_by_user: bool | None
    """True when Google has told that the customer saved the pass. Null when it has told nothing."""
    attempts: int
    """Failed attempts since the last success."""
    next_attempt_at: datetime | None
    """When the next attempt is due (UTC). Null when none is planned."""
    leased_until: datetime | None
    """Until then a worker is sending it (UTC). Null when none is."""
    waiting_since: datetime | None
    """Since when the pass waits for an update (UTC). Null when it does not."""
    synced_at: datetime | None
    """Latest success (UTC). Null before the first one."""
    last_error_code: str | None
    """Code of the last failure. Null when the last attempt succeeded."""
    last_error: str | None
    """What the provider answered to the last failure. Null when the last attempt succeeded."""
    failed_at: datetime | None
    """Since when the provider refuses it (UTC). Null unless it does."""
    would_send: dict[str, Any] | None
    """What a push would send now, secrets hidden. Null when the provider is not configured."""
    device_count: int | None
    """Phones that have registered the pass. Null for Google."""


class CardPasses(Answer):
    """The passes of one card."""

    card_id: UUID
    """Id of the card."""
    card_code: str
    """Code of the card."""
    merchant_code: str
    """Code of the merchant."""
    state: CardStateName
    """State of the card: `active`, `deactivated`, `merged` or `erased`."""
    wallet_version: int
    """Rises with every change that a pass shows."""
    shows: dict[str, Any]
    """What a pass has to show now, secrets hidden."""
    links: list[PassLinkView]
    """The card in each wallet to which it was added."""
    save_link_error: str | None
    """Why no link to Google could be made. Null: it could, or Google Wallet is not configured."""


class RetryView(Answer):
    """What became of sending a pass."""

    provider: WalletProviderName
    """The wallet: `google` or `apple`."""
    outcome: PassOutcome
    """`synced`, `clean`, `moved`: up to date. `busy`, `retry`, `paused`: tried later. `gave_up`, `failed`, `stopped`:
    waits for a person. `gone`: no such pass any more."""
    reason: str
    """Why it was not sent. Empty when it was."""
