from enum import StrEnum

from msgspec import field

from backend.core.enums import AppleWalletState, GoogleWalletState
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
    """How the card gets into Google Wallet."""

    save_url: str | None = None
    """Address that adds the card to Google Wallet; keep it secret. Null when it is not offered."""
    state: GoogleWalletState = "off"
    """`off`: not offered. `available`: can be added. `saved`: the customer has added it."""


class AppleWallet(Answer):
    """How the card gets into Apple Wallet."""

    pass_url: str | None = None
    """Address of the pass file; keep it secret. Null when it is not offered."""
    state: AppleWalletState = "off"
    """`off`: not offered. `available`: can be added. `installed`: a phone has registered it."""


class Wallets(Answer):
    """The card in both wallets."""

    google: GoogleWallet = field(default_factory=GoogleWallet)
    """How the card gets into Google Wallet."""
    apple: AppleWallet = field(default_factory=AppleWallet)
    """How the card gets into Apple Wallet."""
