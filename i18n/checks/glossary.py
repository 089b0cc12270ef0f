"""Words that docs/glossary.md bans from pages and emails, with their replacements."""

import re
from collections.abc import Iterator

INSTEAD = {
    "en": {
        r"(?<!Pass )(?<!of )\btyp(e|ed|ing)\b": "enter",
        r"\bbook(s|ed|ing|ings)?\b": "record, or transaction",
        r"(?<!e-)\bmail(s|ed)?\b": "email",
        r"\bmembers?\b": "customer",
        r"\bclubs?\b": "program",
        r"\btak(e|en) back\b": "void",
    },
    "fr": {r"\btap(ez|er|é|és|ée|ées)\b": "saisir"},
    "de": {r"\btipp(t|en)\b|\b(ein)?getippt": "eingeben", r"\b(Kunde|Kundin) \w+ (nicht )?angemeldet": "registrieren"},
    "lb": {r"\btipp(t|en)\b|\b(a)?getippt": "aginn"},
}


def glossary_faults(text: str, language: str) -> Iterator[tuple[str, str]]:
    for never, instead in INSTEAD.get(language, {}).items():
        if found := re.search(never, text, re.IGNORECASE):
            yield "glossary", f"“{found.group()}”: the word for it is {instead}"
