"""Cleans pasted and scanned text: removes prefixes, wrappers and invisible characters."""

import re

from i18n.unseen import UNSEEN

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
BLANKS = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
WRITTEN = re.compile(r"^(?:[^<>]*<)?\s*(?:mailto:)?\s*(.*?)\s*>?$", re.IGNORECASE | re.DOTALL)
SYMBOLOGY = re.compile(r"^\s*\][A-Za-z][0-9A-Za-z](?=.*\w)", re.DOTALL)
"""The AIM symbology identifier that some scanners send before the code."""
CALLED = re.compile(rf"^[{BLANKS}]*(?:tel:)?", re.IGNORECASE)


def clean_scan(text: str) -> str:
    """The code, without the symbology identifier: `]C1R-2026-4711` → `R-2026-4711`."""
    return SYMBOLOGY.sub("", UNSEEN.sub("", text))


def clean_email(text: str) -> str:
    """The bare address of `Ann <ann@x.lu>` or `mailto:ann@x.lu`, as mail programs and web pages copy it."""
    match = WRITTEN.match(UNSEEN.sub("", text).strip())
    return match[1] if match else ""


def clean_phone(text: str) -> str:
    """The number with plain spaces and hyphens, without `tel:`: `tel:+352–621…` → `+352-621…`."""
    plain = re.sub(f"[{BLANKS}]+", " ", re.sub(f"[{DASHES}]", "-", UNSEEN.sub("", text)))
    return CALLED.sub("", plain).strip()
