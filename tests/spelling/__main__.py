"""Checks the spelling of all translations: `make spelling`. Writes the stamp that `make test` looks at."""

import sys

from rich.console import Console

from i18n.locales import TRANSLATED_LANGUAGES
from tests.spelling.dictionaries import DICTIONARIES, unknown_words
from tests.spelling.stamp import STAMP, inputs
from tests.spelling.words import kept_parts, own_words, sort_own_words, used_words
from tests.stamps import Stamp, write_stamp

console = Console()


def main() -> int:
    for language in TRANSLATED_LANGUAGES:
        sort_own_words(language)
    faults = [line for language in TRANSLATED_LANGUAGES for line in faults_in(language)]
    for line in faults:
        console.print(line, highlight=False, markup=False)
    if not faults:
        write_stamp(STAMP, Stamp(inputs(), list(TRANSLATED_LANGUAGES)))
        console.print("Every word is spelled as its dictionary has it.")
        for language in frozenset(TRANSLATED_LANGUAGES) - DICTIONARIES.keys():
            console.print(f"{language}: not looked up, as tests/spelling/dictionaries.py names no dictionary for it")
    return 1 if faults else 0


def faults_in(language: str) -> list[str]:
    """Empty for a language without a dictionary."""
    if language not in DICTIONARIES:
        return []
    own = own_words(language)
    misspelled = unknown_words(used_words(language), language) - frozenset(own)
    superfluous = frozenset(own) - unknown_words(own, language)
    return [
        *(
            f"{language}: {word}: no such word; if it is right, add it to i18n/{language}/words.txt"
            for word in sorted(misspelled)
        ),
        *(
            f"{language}: {word}: the dictionary has it, so i18n/{language}/words.txt need not"
            for word in sorted(superfluous)
        ),
        *(
            f"{language}: {word}: no sentence has it any more: take it out of i18n/{language}/words.txt"
            for word in sorted(frozenset(own) - kept_parts(language))
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
