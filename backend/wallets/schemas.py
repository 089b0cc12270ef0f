from enum import StrEnum

from msgspec import field

from backend.core.schemas import Answer


class LinkState(StrEnum):
    """Of a card in one provider's wallet."""

    ACTIVE = "active"
    """The pass is kept up to date."""
    FAILED = "failed"
    """The provider refuses the card or its program."""
    REMOVED = "removed"
    """The card was erased, and the pass shows nothing any more."""


class GoogleWallet(Answer):
    save_url: str | None = None
    state: str = "off"
    """off (not configured) | available | saved"""


class AppleWallet(Answer):
    pass_url: str | None = None
    state: str = "off"
    """off (not configured) | available | installed"""


class Wallets(Answer):
    google: GoogleWallet = field(default_factory=GoogleWallet)
    apple: AppleWallet = field(default_factory=AppleWallet)
