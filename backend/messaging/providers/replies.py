"""What a provider answers, as it may be kept and shown: one line, without passwords and private links.

Servers repeat what they were sent: credentials when they refuse them, and links when they refuse a mail as spam.
"""

import re
from base64 import b64encode
from collections.abc import Iterable

from backend.core.mail_settings import MailSettings
from backend.messaging.providers.mime import one_line

REPLY_MAX = 300
HIDDEN = "[…]"
LINK_TOKEN = re.compile(r"(?<=/)[\w-]{40,}={0,2}")
"""The last part of a private link."""


def kept_reply(text: str, secrets: Iterable[str] = ()) -> str:
    line = one_line(text)
    for secret in sorted(secrets, key=len, reverse=True):
        line = line.replace(secret, HIDDEN)
    return LINK_TOKEN.sub(HIDDEN, line)[:REPLY_MAX]


def secrets_of(mail: MailSettings) -> set[str]:
    """Password and API key, also as AUTH encodes them."""
    found = {mail.smtp_password, mail.sendgrid_api_key}
    if mail.smtp_password:
        found |= {_base64(mail.smtp_password), _base64(f"\0{mail.smtp_user}\0{mail.smtp_password}")}
    return found - {""}


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
