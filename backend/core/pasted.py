"""What people paste and scanners type, without what copying brings along."""

import re

UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
"""Marks that nobody sees: soft hyphens, joiners, marks of direction and of order."""
UNSEEN_IN_TEXT = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202c\u2060-\u2064\u2066-\u2069\ufeff]|^\t+|\t+$"
)
"""Fewer: joiners belong to their script; what turns text around is refused where it matters. A Tab ends a scan."""
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
BLANKS = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
WRITTEN = re.compile(r"^(?:[^<>]*<)?\s*(?:mailto:)?\s*(.*?)\s*>?$", re.IGNORECASE | re.DOTALL)
SYMBOLOGY = re.compile(r"^\s*\][A-Za-z][0-9A-Za-z](?=.*\w)", re.DOTALL)
"""What some scanners tell before what they have read: the kind of code it was."""
CALLED = re.compile(rf"^[{BLANKS}]*(?:tel:)?", re.IGNORECASE)


def clean_text(text: str) -> str:
    """Any text, as it may be kept."""
    return UNSEEN_IN_TEXT.sub("", text)


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
