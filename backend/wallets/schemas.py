from msgspec import field

from backend.core.schemas import Answer


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
