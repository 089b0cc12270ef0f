"""What the stamp of `make spelling` depends on: the words of the translations, and what judges them."""

from collections.abc import Iterator
from pathlib import Path

from i18n.catalogs.paths import ROOT
from i18n.locales import TRANSLATED_LANGUAGES
from tests.spelling.words import own_words, used_words
from tests.stamps import digest

HERE = Path(__file__).parent
STAMP = HERE / "stamp.json"
JUDGES = [HERE / "package-lock.json", HERE / "dictionaries.py", ROOT / ".ci" / "dictionaries"]


def inputs() -> str:
    return digest(_parts())


def _parts() -> Iterator[bytes]:
    for language in TRANSLATED_LANGUAGES:
        yield " ".join([language, *sorted(used_words(language))]).encode()
        yield " ".join(own_words(language)).encode()
    for path in JUDGES:
        yield path.read_bytes()
