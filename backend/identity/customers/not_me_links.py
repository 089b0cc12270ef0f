"""The link “This was not me” in the email with the code: a capability that is derived, never stored."""

from collections.abc import Mapping
from uuid import UUID

from backend.core.capabilities import Capability, decode_capability, encode_capability
from backend.core.keys import KeyRing
from backend.messaging.models import EmailLog
from backend.messaging.templates.catalog.sign_in_code import SIGN_IN_CODE

PURPOSE = "not me"


class NotMeLinks:
    def __init__(self, keys: KeyRing, public_url: str) -> None:
        self._keys = keys
        self._page = f"{public_url.rstrip('/')}/account/not-me"
        self.hidden_url = f"{self._page}/…"
        """Stands for the link where it may not be stored."""

    def addresses(self, mail: EmailLog) -> Mapping[str, str]:
        """The link by what stands for it in the stored email; nothing for other emails."""
        if mail.template_code != SIGN_IN_CODE.code:
            return {}
        mail_id = mail.resend_of or mail.id
        mac = self._keys.sign(PURPOSE, _message(mail.merchant_id, mail_id))
        return {self.hidden_url: f"{self._page}/{encode_capability(mail.merchant_id, mail_id, mac)}"}

    def read(self, token: str) -> Capability | None:
        """Merchant and email, once the token is proved to be ours; None for every other text."""
        claimed = decode_capability(token)
        if claimed is None:
            return None
        is_ours = self._keys.verify(PURPOSE, _message(claimed.merchant_id, claimed.subject_id), claimed.mac)
        return claimed if is_ours else None


def _message(merchant_id: UUID, mail_id: UUID) -> bytes:
    return merchant_id.bytes + mail_id.bytes
