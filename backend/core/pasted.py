"""What people paste and scanners type, without what copying brings along."""

import re

from i18n.unseen import UNSEEN

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
BLANKS = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
WRITTEN = re.compile(r"^(?:[^<>]*<)?\s*(?:mailto:)?\s*(.*?)\s*>?$", re.IGNORECASE | re.DOTALL)
SYMBOLOGY = re.compile(r"^\s*\][A-Za-z][0-9A-Za-z](?=.*\w)", re.DOTALL)
"""What some scanners tell before what they have read: the kind of code it was."""
CALLED = re.compile(rf"^[{BLANKS}]*(?:tel:)?", re.IGNORECASE)


def clean_scan(text: str) -> str:
    """What was read, from what a scanner tells: `]C1R-2026-4711`."""
    return SYMBOLOGY.sub("", UNSEEN.sub("", text))


def clean_email(text: str) -> str:
    """The address itself, from what a mail program or a page copies: `Ann <ann@x.lu>`, `mailto:ann@x.lu`."""
    found = WRITTEN.match(UNSEEN.sub("", text).strip())
    return found[1] if found else ""


def clean_phone(text: str) -> str:
    """With plain spaces and hyphens, whatever the contact list had: `tel:+352–621…`."""
    plain = re.sub(f"[{BLANKS}]+", " ", re.sub(f"[{DASHES}]", "-", UNSEEN.sub("", text)))
    return CALLED.sub("", plain).strip()
