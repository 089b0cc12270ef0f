"""An email address in the one form in which addresses are compared, counted and limited."""

import re
import unicodedata

import idna

from backend.core.pasted import clean_email

LETTERLIKE = re.compile("([\u2126\u212a\u212b])")
"""Signs for ohm, kelvin and ångström: NFC would make them the letters they look like."""


LOCAL_MAX = 64
"""More before the @ no mail server takes."""
GMAIL = {"gmail.com", "googlemail.com"}
"""One provider, which reads no dots before the @."""


def can_be_mailed(text: str) -> bool:
    """Whether there can be a mailbox of that address: its domain is one that DNS could know."""
    local, _, domain = normalize_email(text).rpartition("@")
    try:
        idna.encode(domain)
    except (idna.IDNAError, UnicodeError):
        return False
    return 0 < len(local) <= LOCAL_MAX and not domain.rpartition(".")[2].isdecimal()


def normalize_email(text: str) -> str:
    """NFC, lower case, the domain as DNS knows it. Letters that only look alike stay different: `ß` is not `ss`.

    Can be longer than the address itself.
    """
    parts = LETTERLIKE.split(clean_email(text))
    folded = "".join(
        part if LETTERLIKE.fullmatch(part) else unicodedata.normalize("NFC", unicodedata.normalize("NFC", part).lower())
        for part in parts
    )
    local, at, domain = folded.rpartition("@")
    return f"{local}{at}{_a_label(domain)}"


def mailbox_of(email_norm: str) -> str:
    """Where it arrives, for counting mails only: `otto+1@` and `otto+2@` are one mailbox at every large provider.

    Nobody is found, signed in or compared by it: elsewhere these may be two people.
    """
    local, at, domain = email_norm.rpartition("@")
    mailbox = local.partition("+")[0] or local
    if domain in GMAIL:
        mailbox, domain = mailbox.replace(".", ""), "gmail.com"
    return f"{mailbox}{at}{domain}"


def _a_label(domain: str) -> str:
    """As it is when IDNA has no name for it."""
    try:
        return idna.encode(domain).decode()
    except (idna.IDNAError, UnicodeError):
        return domain
