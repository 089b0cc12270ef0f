"""Finds what a translation has to keep as it is: numbers, files, addresses, commands, variables, names."""

import re
from collections import Counter
from collections.abc import Iterator

from i18n.checks.finding import Fault
from i18n.checks.translations.bare import without_values

KEPT = {
    "number": re.compile(r"\d+"),
    "code": re.compile(r"`[^`]+`|\{\{.*?\}\}|\{%.*?%\}"),
    "address": re.compile(r"[a-z]+://(?:[\w/-]|[.:@](?=\w))*|(?<![\w.])/\w[\w/.-]*\w"),
    # A dot within a word: signer.key, example.com, customer.first_name. Or at its beginning: .pem
    "file or domain": re.compile(r"(?<!\w)\.?[a-zA-Z_][\w-]*(?:\.[a-z][\w-]+)+|(?<![\w.])\.[a-z][a-z0-9]{1,4}\b"),
    "variable": re.compile(r"\b\w*[A-Za-z0-9]_\w+\b"),
    "option": re.compile(r"(?<=\s)--?[a-z][\w-]*"),
}
INITIALS = re.compile(r"\b[A-Z]{2,}[0-9]*(?=s?\b)|\b[A-Z]+[a-z]+[A-Z]\w*")
NAMES = re.compile(
    r"\b(?:Orion|Google|Apple|Android|iPhone|Redis|Chrome|Safari|openssl|If-Match|X-[A-Z][\w-]+)(?=s?\b)"
)
# Units and words that a language has its own form of.
OWN_FORMS = {"fr": {"KiB": "kio", "KB": "ko", "MB": "mo", "GB": "go", "ID": "identifiant"}}


def preserved_faults(english: str, text: str, language: str) -> Iterator[Fault]:
    """What differs. Numbers may be grouped in another way; names may be part of a longer word (*API-Schlüssel*)."""
    wanted, found = without_values(english), without_values(text)
    for what, pattern in KEPT.items():
        expected, kept = Counter(pattern.findall(wanted)), Counter(pattern.findall(found))
        if lost := expected - kept:
            yield "not_kept", f"the {what} {', '.join(sorted(lost))} is missing"
        if new := kept - expected:
            yield "not_kept", f"the {what} {', '.join(sorted(new))} is not in the English"
    own = OWN_FORMS.get(language, {})
    names = {*INITIALS.findall(wanted), *NAMES.findall(wanted)}
    lost_names = [name for name in sorted(names) if name not in found and own.get(name, name) not in found.lower()]
    if lost_names:
        yield "not_kept", f"the name {', '.join(lost_names)} is missing"
