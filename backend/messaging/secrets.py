"""Codes and one-time links: in the stored email a placeholder stands for the secret part, which is inserted on sending.

The secret is encrypted for the recipient, so that a copy of it in another row does not unseal.
"""

from collections.abc import Mapping

from backend.core.encryption import SealBroken, seal, unseal
from backend.core.keys import KeyRing
from backend.messaging.models import MailRow

SECRET = "••••••"  # noqa: S105 - shown in its place
"""Stands for the secret in texts and links."""


def seal_secret(keys: KeyRing, secret: str, recipient: str) -> str:
    return seal(keys, secret, secret_place(recipient))


def secret_of(keys: KeyRing, mail: MailRow) -> Mapping[str, str]:
    """The secret by what stands for it; nothing for an email without one. Raises SealBroken."""
    if mail.sealed_secret is None:
        return {}
    return {SECRET: unseal(keys, mail.sealed_secret, secret_place(mail.recipient))}


def is_readable(keys: KeyRing, mail: MailRow) -> bool:
    """False when the key of its secret is no longer in the ring."""
    try:
        secret_of(keys, mail)
    except SealBroken:
        return False
    return True


def secret_place(recipient: str) -> str:
    return f"email to {recipient}"
