"""The address of a customer's own card page: a capability that is derived, never stored."""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

from backend.core.keys import KeyRing

MAC_BYTES = 16
UUID_BYTES = 16


@dataclass(frozen=True, slots=True)
class CardLink:
    merchant_id: UUID
    card_id: UUID
    mac: bytes


class CardLinks:
    def __init__(self, keys: KeyRing, public_url: str) -> None:
        self._keys = keys
        self._public_url = public_url.rstrip("/")

    def url(self, merchant_id: UUID, card_id: UUID, page_version: int) -> str:
        mac = self._keys.sign("card page", _message(merchant_id, card_id, page_version))[:MAC_BYTES]
        token = base64.urlsafe_b64encode(merchant_id.bytes + card_id.bytes + mac).decode()
        return f"{self._public_url}/c/{token}"

    def read(self, token: str) -> CardLink | None:
        """What the token claims; `opens` proves it once the card's page version is known."""
        try:
            raw = base64.b64decode(token, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        if len(raw) != 2 * UUID_BYTES + MAC_BYTES:
            return None
        return CardLink(UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]), raw[32:])

    def opens(self, link: CardLink, page_version: int) -> bool:
        return self._keys.verify("card page", _message(link.merchant_id, link.card_id, page_version), link.mac)


def _message(merchant_id: UUID, card_id: UUID, page_version: int) -> bytes:
    return merchant_id.bytes + card_id.bytes + page_version.to_bytes(4, "big")
