"""Finds forms that address a man only, and signs within words that nobody can read aloud: `docs/translating/`."""

import re
from collections.abc import Iterator

from i18n.checks.finding import Fault

SIGNS = {
    "fr": re.compile(r"\w(?:[·•.]e(?:[·•.]?s)?\b|\(e\)s?|/e\b|-e-s\b|/trice\b|/euse\b)", re.IGNORECASE),
    "de": re.compile(r"[a-zäöüß](?:[*:_/]-?in(?:nen)?\b|\(in(?:nen)?\)|In(?:nen)?\b)"),
    "lb": re.compile(r"[a-zäëéöü](?:[*:_/]-?in(?:nen)?\b|\(in(?:nen)?\)|In(?:nen)?\b)"),
}
# What follows agrees with the person: *vous êtes connecté*, *qui vous a invité*, *vous seul*.
MASCULINE = {
    "fr": re.compile(
        r"\bvous (?:vous )?(?:n’|ne )?(?:êtes|serez|seriez|étiez|(?:avez|aviez|aurez) été)(?: \w+){0,2}? "
        r"(?!pas\b|d[eu]\b)\w+(?:é|i|it|is|ert|ent|eur|seul|prêt|sûr)s?\b"
        r"|\bvous (?:a|ont|avait) (?:invité|inscrit|ajouté|déconnecté|connecté)\b|\bvous seul\b",
        re.IGNORECASE,
    ),
    "de": re.compile(
        r"\b(?:weil|da|dass|wenn|als|sind) Sie(?: (?!oder\b)\w+| %\(\w+\)s)* (?<!oder )"
        r"(?:Inhaber|Kunde|Benutzer|Administrator|Händler)\b(?= (?:von|des|der|eines)\b| sind\b|[.,])"
    ),
    "lb": re.compile(
        r"\b(?:well|datt|wann|sidd) Dir(?: (?!oder\b)[\w’]+| %\(\w+\)s)* (?<!oder )"
        r"(?:Proprietär|Client|Benotzer|Administrateur|Händler)\b(?= (?:vun|vum|bei|op)\b| sidd\b|[.,])"
    ),
}


def gender_faults(text: str, language: str) -> Iterator[Fault]:
    """The person addressed may be a woman or a man; of others, the words of the glossary are used."""
    if language in SIGNS and (found := SIGNS[language].search(text)):
        yield "gender", f"“{found.group()}”: no sign within a word; say it in another way"
    if language in MASCULINE and (found := MASCULINE[language].search(text)):
        yield "gender", f"“{found.group()}” addresses a man only: say what happens instead"
