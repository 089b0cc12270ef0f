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
    google: GoogleWallet = GoogleWallet()
    apple: AppleWallet = AppleWallet()
