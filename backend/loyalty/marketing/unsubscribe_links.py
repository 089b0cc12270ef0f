"""The link by which a customer stops a merchant's marketing emails: a capability that is derived, never stored."""

from uuid import UUID

from backend.core.capabilities import Capability, decode_capability, encode_capability
from backend.core.keys import KeyRing

PURPOSE = "unsubscribe"


class UnsubscribeLinks:
    """They stay valid as long as their key is in the ring: people unsubscribe from emails that are months old."""

    def __init__(self, keys: KeyRing, public_url: str) -> None:
        self._keys = keys
        self._public_url = public_url.rstrip("/")
        self.hidden_url = f"{self._public_url}/u/…"
        """Stands for the link where it may not be stored."""

    def url(self, merchant_id: UUID, customer_id: UUID) -> str:
        mac = self._keys.sign(PURPOSE, _message(merchant_id, customer_id))
        return f"{self._public_url}/u/{encode_capability(merchant_id, customer_id, mac)}"

    def read(self, token: str) -> Capability | None:
        """Whose emails the token stops, once it is proved to be ours; None for every other text."""
        claimed = decode_capability(token)
        if claimed is None:
            return None
        message = _message(claimed.merchant_id, claimed.subject_id)
        return claimed if self._keys.verify(PURPOSE, message, claimed.mac) else None


def _message(merchant_id: UUID, customer_id: UUID) -> bytes:
    return merchant_id.bytes + customer_id.bytes
