"""The addresses of a customer's own card page and wallet passes: capabilities that are derived, never stored."""

import re
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from backend.core.capabilities import decode_capability, encode_capability
from backend.core.keys import KeyRing

CARD_PAGE, APPLE_PASS, GOOGLE_SAVE = "card page", "apple pass", "google save"
VERSIONS_MAX = 100
"""A token proves its page version and does not tell it."""
DOWNLOADS = "/api/v1/storefront/loyalty/passes"
SAVES = "/api/v1/storefront/loyalty/wallets/google"
# A quotation mark inside a JSON string is escaped: what people write cannot look like one of these.
REFERENCE = re.compile(rb'"(page_url|pass_url|save_url)":"([0-9a-f-]{36})/([0-9a-f-]{36})/(\d{1,9})"')


@dataclass(frozen=True, slots=True)
class CardLink:
    merchant_id: UUID
    card_id: UUID
    mac: bytes


class CardLinks:
    """`api_url`: where phones reach the API, for the passes; `wallets`: the providers that are configured."""

    def __init__(
        self, keys: KeyRing, public_url: str, api_url: str = "", *, wallets: frozenset[str] = frozenset()
    ) -> None:
        self._keys = keys
        self._public_url = public_url.rstrip("/")
        self._api_url = api_url.rstrip("/")
        self.wallets = wallets
        self.references = LinkReferences(self)
        self.hidden_url = f"{self._public_url}/c/…"
        """What stands for a page's address where that may not be kept."""
        self.hidden_pass_url = f"{self._api_url}{DOWNLOADS}/….pkpass"
        self.hidden_save_url = f"{self._api_url}{SAVES}/…"

    def url(self, merchant_id: UUID, card_id: UUID, page_version: int) -> str:
        return f"{self._public_url}/c/{self._token(CARD_PAGE, merchant_id, card_id, page_version)}"

    def pass_url(self, merchant_id: UUID, card_id: UUID, page_version: int) -> str:
        """What "Add to Apple Wallet" opens."""
        return f"{self._api_url}{DOWNLOADS}/{self._token(APPLE_PASS, merchant_id, card_id, page_version)}.pkpass"

    def save_url(self, merchant_id: UUID, card_id: UUID, page_version: int) -> str:
        """What "Add to Google Wallet" opens."""
        return f"{self._api_url}{SAVES}/{self._token(GOOGLE_SAVE, merchant_id, card_id, page_version)}"

    def way_back(self, token: str, why: str) -> str:
        """From the button to the page it stands on, which tells why; for a forged token, to where links are sent."""
        link = self.read(token)
        if link is not None:
            for version in range(VERSIONS_MAX):
                if self.opens_save(link, version):
                    return f"{self.url(link.merchant_id, link.card_id, version)}?wallet={why}"
        return f"{self._public_url}/c"

    def read(self, token: str) -> CardLink | None:
        """What the token claims; one of the `opens` proves it once the card's page version is known."""
        claimed = decode_capability(token)
        return CardLink(claimed.merchant_id, claimed.subject_id, claimed.mac) if claimed else None

    def opens(self, link: CardLink, page_version: int) -> bool:
        return self._proves(CARD_PAGE, link, page_version)

    def opens_pass(self, link: CardLink, page_version: int) -> bool:
        return self._proves(APPLE_PASS, link, page_version)

    def opens_save(self, link: CardLink, page_version: int) -> bool:
        return self._proves(GOOGLE_SAVE, link, page_version)

    def _token(self, purpose: str, merchant_id: UUID, card_id: UUID, page_version: int) -> str:
        mac = self._keys.sign(purpose, _message(merchant_id, card_id, page_version))
        return encode_capability(merchant_id, card_id, mac)

    def _proves(self, purpose: str, link: CardLink, page_version: int) -> bool:
        return self._keys.verify(purpose, _message(link.merchant_id, link.card_id, page_version), link.mac)


class Addresses(Protocol):
    """What a view asks for: addresses to be shown, or references to be kept."""

    wallets: frozenset[str]

    def url(self, merchant_id: UUID, card_id: UUID, page_version: int) -> str: ...
    def pass_url(self, merchant_id: UUID, card_id: UUID, page_version: int) -> str: ...
    def save_url(self, merchant_id: UUID, card_id: UUID, page_version: int) -> str: ...


class LinkReferences:
    """What answers that are kept say in place of addresses: what lies in the database opens nothing.

    Addresses are derived, so that an answer that is repeated is the same byte for byte.
    """

    def __init__(self, links: CardLinks) -> None:
        self.wallets = links.wallets
        self._addresses = {b"page_url": links.url, b"pass_url": links.pass_url, b"save_url": links.save_url}

    def url(self, merchant_id: UUID, card_id: UUID, page_version: int) -> str:
        return f"{merchant_id}/{card_id}/{page_version}"

    pass_url = save_url = url

    def resolved(self, body: bytes) -> bytes:
        """The answer as its reader gets it."""
        return REFERENCE.sub(self._address, body)

    def _address(self, match: re.Match[bytes]) -> bytes:
        field, merchant_id, card_id, page_version = match.groups()
        address = self._addresses[field](UUID(merchant_id.decode()), UUID(card_id.decode()), int(page_version))
        return b'"%b":"%b"' % (field, address.encode())


def _message(merchant_id: UUID, card_id: UUID, page_version: int) -> bytes:
    return merchant_id.bytes + card_id.bytes + page_version.to_bytes(4, "big")
