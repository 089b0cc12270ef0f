"""Removes invisible characters, which pasted text often contains."""

import re

UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
"""Soft hyphens, joiners, direction marks and byte order marks."""
UNSEEN_IN_TEXT = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202c\u2060-\u2064\u2066-\u2069\ufeff]|^\t+|\t+$"
)
"""A smaller set: some scripts need joiners, and bidirectional controls are refused elsewhere. A scan ends with a Tab.
"""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""All control characters but tab, line feed and carriage return. PostgreSQL refuses NUL; the others are invisible."""
AS_TYPED = "password"


def clean_field(name: object, text: str) -> str:
    """The text as stored by the API and our forms. Passwords are returned unchanged."""
    return text if name == AS_TYPED else UNSEEN_IN_TEXT.sub("", text)
