"""The n-rule inside a sentence of a catalog."""

import re
from collections.abc import Iterator

from i18n.luxembourgish import keeps_n

# A word in -n cannot stand before a value nobody knows yet.
BEFORE_VALUE = re.compile(r"\b(?!\w*ioun\b)\w*[a-zäëéöü]n\s+(?=%\(|\{)")
# A sign between the two is a pause: the n stays. So it does in a command (`-in file`).
IN_N = re.compile(r"(?<![\w-])([^\W\d_]*n)\s+(?=„?(\w+))")
WITHOUT_N = re.compile(r"(?<![\w’'-])(de|vu|wa|ka|kee|e|a)\s+(?=„?(\w+))", re.IGNORECASE)
"""They have lost theirs, whatever else they may mean."""
OWN_N = ("ioun", "ecran", "maschinn", "orion", "richtlinn", "stonn", "telefon", "token")
"""Nouns, and ends of nouns, to which it belongs. A new one is added here."""


def n_rule_faults(text: str) -> Iterator[tuple[str, str]]:
    """Kind and words of each fault; `text` is without HTML tags."""
    if "(n)" in text:
        yield "n_rule", "(n) is never printed: choose the form"
    if found := BEFORE_VALUE.search(text):
        yield "n_rule", f"“{found.group().strip()}” before a value: whether it keeps its n depends on the value"
    for word, following in IN_N.findall(text):
        if not (_is_spelled(following) or keeps_n(following) or word.lower().endswith(OWN_N)):
            yield "n_rule", f"“{word} {following}”: it loses its n there"
    for word, following in WITHOUT_N.findall(text):
        if keeps_n(following):
            yield "n_rule", f"“{word} {following}”: it keeps its n there"


def _is_spelled(word: str) -> bool:
    """`RSA` begins with the sound of *err*."""
    return len(word) > 1 and word.isupper()
