"""The link by which a customer stops a merchant's marketing emails: a capability that is derived, never stored.

The card page has one of its own: the person who enrolled an address sees that page, but only the address gets the
emails.
"""

from dataclasses import dataclass
from uuid import UUID

from backend.core.capabilities import Capability, decode_capability, encode_capability
from backend.core.keys import KeyRing

IN_EMAILS, ON_CARD_PAGE = "unsubscribe", "unsubscribe on card page"
"""Purposes of the keys."""


@dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """Of a customer, as its token proves."""

    merchant_id: UUID
    customer_id: UUID
    is_of_mailbox: bool
    """Whether it was sent to the customer's address."""


class UnsubscribeLinks:
    """They stay valid as long as their key is in the ring: people unsubscribe from emails that are months old."""

    def __init__(self, keys: KeyRing, public_url: str) -> None:
        self._keys = keys
        self._public_url = public_url.rstrip("/")
        self.hidden_url = f"{self._public_url}/u/…"
        """Stands for the link where it may not be stored."""

    def url(self, merchant_id: UUID, customer_id: UUID) -> str:
        """For emails to the customer's address, and nowhere else."""
        return self._url(IN_EMAILS, merchant_id, customer_id)

    def url_on_card_page(self, merchant_id: UUID, customer_id: UUID) -> str:
        return self._url(ON_CARD_PAGE, merchant_id, customer_id)

    def read(self, token: str) -> UnsubscribeLink | None:
        """Whose emails the token stops, once it is proved to be ours; None for every other text."""
        claimed = decode_capability(token)
        if claimed is None:
            return None
        for purpose in (IN_EMAILS, ON_CARD_PAGE):
            if self._is_signed(purpose, claimed):
                return UnsubscribeLink(claimed.merchant_id, claimed.subject_id, purpose == IN_EMAILS)
        return None

    def _url(self, purpose: str, merchant_id: UUID, customer_id: UUID) -> str:
        mac = self._keys.sign(purpose, _message(merchant_id, customer_id))
        return f"{self._public_url}/u/{encode_capability(merchant_id, customer_id, mac)}"

    def _is_signed(self, purpose: str, claimed: Capability) -> bool:
        return self._keys.verify(purpose, _message(claimed.merchant_id, claimed.subject_id), claimed.mac)


def _message(merchant_id: UUID, customer_id: UUID) -> bytes:
    return merchant_id.bytes + customer_id.bytes
