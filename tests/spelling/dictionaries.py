"""Asks hunspell, with the dictionaries that `.ci/dictionaries` has got."""

import subprocess
from collections.abc import Iterable
from functools import cache

from i18n.catalogs.paths import ROOT

GOT = ROOT / ".orion" / "dictionaries"
DICTIONARIES = {
    "fr": GOT / "debian" / "root" / "usr" / "share" / "hunspell" / "fr",
    "de": GOT / "debian" / "root" / "usr" / "share" / "hunspell" / "de_DE",
    "lb": GOT / "node_modules" / "dictionary-lb" / "index",
}


def unknown_words(words: Iterable[str], language: str) -> frozenset[str]:
    """Those that the dictionary of a language lacks; of a word with a hyphen, maybe a part. Dictionaries have the
    straight apostrophe.
    """
    typed = "\n".join(sorted(words)).replace("’", "'")
    command = [hunspell(), "-l", "-i", "UTF-8", "-d", str(DICTIONARIES[language])]
    asked = subprocess.run(command, input=typed, capture_output=True, text=True, check=True)
    return frozenset(asked.stdout.replace("'", "’").split())


def get_dictionaries() -> None:
    if not (GOT / ".installed").exists():
        subprocess.run([ROOT / ".ci" / "dictionaries"], check=True, capture_output=True)


@cache
def hunspell() -> str:
    found = subprocess.run([ROOT / ".ci" / "tool", "hunspell", "hunspell"], capture_output=True, text=True, check=True)
    return found.stdout.strip()
