"""Checks the Luxembourgish n-rule within sentences of a catalog."""

import re
from collections.abc import Iterator

from i18n.checks.finding import Fault
from i18n.luxembourgish import keeps_n

# A word in -n cannot stand before a value that is not known yet.
BEFORE_VALUE = re.compile(r"\b(?!\w*ioun\b)\w*[a-zäëéöü]n\s+(?=%\(|\{)")
# A sign between the words is a pause, which keeps the n, also in a command (`-in file`).
IN_N = re.compile(r"(?<![\w-])([^\W\d_]*n)\s+(?=„?(\w+))")
WITHOUT_N = re.compile(r"(?<![\w’'-])(de|vu|wa|ka|kee|e|a)\s+(?=„?(\w+))", re.IGNORECASE)
"""Words that have lost their n, even where they have other meanings."""
OWN_N = ("ioun", "ecran", "login", "maschinn", "orion", "richtlinn", "stonn", "telefon", "token")
"""Endings of nouns that always keep their n. New nouns are added here."""


def n_rule_faults(text: str) -> Iterator[Fault]:
    """`text` must not contain HTML tags."""
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
    """`RSA` is spelled aloud and begins with the sound of *err*."""
    return len(word) > 1 and word.isupper()
