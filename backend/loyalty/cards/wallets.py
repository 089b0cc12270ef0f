"""What a card view says about its passes: the buttons, and whether they have been used."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from backend.loyalty.cards.card_urls import Addresses
from backend.wallets.schemas import AppleWallet, GoogleWallet, LinkState, Wallets


class PassLink(msgspec.Struct, frozen=True):
    """A row of `wallet_links`, as far as people see it."""

    provider: str
    status: str
    saved_by_user: bool | None


def wallets_view(
    links: Addresses,
    *,
    merchant_id: UUID,
    card_id: UUID,
    page_version: int,
    is_active: bool,
    passes: Sequence[PassLink],
) -> Wallets:
    """No button for a wallet that is not configured, nor for a card that is over."""
    saved = {link.provider for link in passes if link.saved_by_user and link.status != LinkState.REMOVED}
    wallets, where = Wallets(), (merchant_id, card_id, page_version)
    if is_active and "google" in links.wallets:
        wallets.google = GoogleWallet(links.save_url(*where), "saved" if "google" in saved else "available")
    if is_active and "apple" in links.wallets:
        wallets.apple = AppleWallet(links.pass_url(*where), "installed" if "apple" in saved else "available")
    return wallets
