"""Whatever tool a translator uses, saving a catalog with it loses nothing."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import polib
import pytest
from translate.storage import pypo

from i18n.catalogs.audiences import AUDIENCES
from i18n.catalogs.normalize import normalize_file
from i18n.catalogs.paths import catalog_path, template_path
from i18n.catalogs.po_files import canonical, read_po
from i18n.locales import TRANSLATED_LANGUAGES
from tests.deploy.tools import tool

GNU_WRAPPED, NOT_WRAPPED = (), ("--no-wrap",)
FILES = [catalog_path(language, audience) for language in TRANSLATED_LANGUAGES for audience in AUDIENCES]
LIVED_IN = """\
# The sentences of Orion, in French.
# Zoé Weber <zoe@example.lu>, 2026.
msgid ""
msgstr ""
"Project-Id-Version: Orion\\n"
"PO-Revision-Date: 2026-12-01 09:30+0100\\n"
"Last-Translator: Zoé Weber <zoe@example.lu>\\n"
"Language-Team: French <fr@example.lu>\\n"
"Language: fr\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=n > 1;\\n"
"X-Generator: Weblate 5.14\\n"

# Anna asked for this word.
#. on a small button, max 12
#: frontend/till/card.html:12
#, fuzzy, no-wrap
#| msgctxt "till"
#| msgid "Redeem"
msgctxt "button"
msgid "Redeem it"
msgstr "Échanger"

#: frontend/till/card.html:14
#, python-format
msgid "%(count)s point, which is on the card as long as the customer comes once a year"
msgid_plural "%(count)s points, which are on the card as long as the customer comes once a year"
msgstr[0] "%(count)s point, qui reste sur la carte tant que le client vient une fois par an"
msgstr[1] "%(count)s points, qui restent sur la carte tant que le client vient une fois par an"

#: frontend/card/page.html:3
msgid ""
"Hello,\\n"
"your card is ready."
msgstr ""
"Bonjour,\\n"
"votre carte est \\"prête\\".\\t"

# Was on the till's old page.
#~ msgid "Goodbye"
#~ msgstr "Au revoir"
"""


@pytest.fixture
def lived_in(tmp_path: Path) -> Path:
    path = tmp_path / "staff.po"
    path.write_text(LIVED_IN, encoding="utf-8")
    return path


def gnu(name: str, *arguments: object) -> None:
    subprocess.run([tool(name, "gettext"), *map(str, arguments)], check=True, capture_output=True)


def saved_by_msgcat(path: Path) -> None:
    gnu("msgcat", path, "-o", path)


def saved_by_polib(path: Path) -> None:
    polib.pofile(str(path)).save()


def saved_by_translate_toolkit(path: Path) -> None:
    """As Weblate does."""
    store = pypo.pofile.parsefile(str(path))  # type: ignore[no-untyped-call]
    store.savefile(str(path))


def saved_on_windows(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))


SAVES: list[Callable[[Path], None]] = [saved_by_msgcat, saved_by_polib, saved_by_translate_toolkit, saved_on_windows]


@pytest.mark.parametrize("save", SAVES)
def test_a_file_that_was_lived_in_comes_back_whole(save: Callable[[Path], None], lived_in: Path) -> None:
    save(lived_in)
    normalize_file(lived_in, "fr")
    assert lived_in.read_text(encoding="utf-8") == LIVED_IN
    assert not normalize_file(lived_in, "fr")


@pytest.mark.parametrize("save", SAVES)
def test_our_catalogs_come_back_whole(save: Callable[[Path], None], tmp_path: Path) -> None:
    for path in FILES:
        copy = tmp_path / path.name
        copy.write_bytes(path.read_bytes())
        save(copy)
        normalize_file(copy, path.parts[-3])
        assert copy.read_bytes() == path.read_bytes(), path


def test_our_catalogs_are_written_as_gnu_writes_them(tmp_path: Path) -> None:
    for path in FILES:
        gnu("msgcat", "--no-wrap", path, "-o", tmp_path / "copy.po")
        assert (tmp_path / "copy.po").read_bytes() == path.read_bytes(), path


def test_msgmerge_and_msgfmt_find_nothing_to_do(tmp_path: Path) -> None:
    for path in FILES:
        template, copy = template_path(AUDIENCES[FILES.index(path) % len(AUDIENCES)]), tmp_path / "copy.po"
        gnu("msgmerge", "--no-wrap", "--previous", path, template, "-o", copy)
        assert copy.read_bytes() == path.read_bytes(), path
        gnu("msgfmt", "--check-format", path, "-o", tmp_path / "copy.mo")


def test_a_save_that_wraps_lines_says_the_same(lived_in: Path) -> None:
    before = canonical(read_po(lived_in))
    saved_by_msgcat(lived_in)
    assert lived_in.read_text(encoding="utf-8") != before
    assert canonical(read_po(lived_in)) == before
