"""Which wallet buttons a reader gets: the one that fits their phone first, none that is not configured."""

from typing import NamedTuple

from backend.loyalty.wallets.schemas import Wallets


class WalletButton(NamedTuple):
    name: str
    url: str


def wallet_buttons(wallets: Wallets, user_agent: str) -> tuple[list[WalletButton], list[WalletButton]]:
    """Those for this device, and those for another phone. A desktop computer gets all of them at once."""
    google = [WalletButton("Google Wallet", wallets.google.save_url)] if wallets.google.save_url else []
    apple = [WalletButton("Apple Wallet", wallets.apple.pass_url)] if wallets.apple.pass_url else []
    if "iPhone" in user_agent or "iPad" in user_agent:
        return (apple, google) if apple else (google, [])
    if "Android" in user_agent:
        return (google, apple) if google else (apple, [])
    return google + apple, []


def is_phone(user_agent: str) -> bool:
    return any(device in user_agent for device in ("iPhone", "iPad", "Android"))
