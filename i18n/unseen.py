"""Marks that nobody sees, and copying brings along."""

import re

UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
"""Soft hyphens, joiners, marks of direction and of order."""
UNSEEN_IN_TEXT = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202c\u2060-\u2064\u2066-\u2069\ufeff]|^\t+|\t+$"
)
"""Fewer: joiners belong to their script; what turns text around is refused where it matters. A Tab ends a scan."""
AS_TYPED = "password"


def clean_field(name: object, text: str) -> str:
    """Any text but a password, as it may be kept: in a body of the API, and in a form of ours."""
    return text if name == AS_TYPED else UNSEEN_IN_TEXT.sub("", text)
