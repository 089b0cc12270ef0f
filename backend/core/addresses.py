"""Normalized email addresses: the form in which addresses are compared, counted and limited."""

import re
import unicodedata

import idna

from backend.core.text_cleaning import clean_email

LETTERLIKE = re.compile("([\u2126\u212a\u212b])")
"""The signs for ohm, kelvin and ångström, which NFC would replace by the letters they resemble."""
LOCAL_MAX = 64
"""Characters before the @, RFC 5321."""
GMAIL = {"gmail.com", "googlemail.com"}
"""Both are one provider, which ignores dots before the @."""


def can_be_mailed(text: str) -> bool:
    """Whether the address has a local part of valid length and a domain that is valid in DNS."""
    local, _, domain = normalize_email(text).rpartition("@")
    try:
        idna.encode(domain)
    except (idna.IDNAError, UnicodeError):
        return False
    return 0 < len(local) <= LOCAL_MAX and not domain.rpartition(".")[2].isdecimal()


def normalize_email(text: str) -> str:
    """NFC, lower case, the domain in its ASCII form. Letters that only look alike stay different: `ß` is not `ss`.

    The result can be longer than the address.
    """
    parts = LETTERLIKE.split(clean_email(text))
    folded = "".join(
        part if LETTERLIKE.fullmatch(part) else unicodedata.normalize("NFC", unicodedata.normalize("NFC", part).lower())
        for part in parts
    )
    local, at, domain = folded.rpartition("@")
    return f"{local}{at}{_a_label(domain)}"


def mailbox_of(email_norm: str) -> str:
    """The mailbox of an address, for mail limits only: large providers deliver `otto+1@` and `otto+2@` to one mailbox.

    Never identify a person by it: at other providers these may be two people.
    """
    local, at, domain = email_norm.rpartition("@")
    mailbox = local.partition("+")[0] or local
    if domain in GMAIL:
        mailbox, domain = mailbox.replace(".", ""), "gmail.com"
    return f"{mailbox}{at}{domain}"


def _a_label(domain: str) -> str:
    """The domain in ASCII; unchanged when it is not valid IDNA."""
    try:
        return idna.encode(domain).decode()
    except (idna.IDNAError, UnicodeError):
        return domain
