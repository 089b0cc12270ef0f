from pathlib import Path

import pytest

from i18n.catalogs.entries import entries, set_translations, sources
from i18n.catalogs.extract import write_templates
from i18n.catalogs.paths import catalog_paths
from i18n.catalogs.po_files import read_po, write_po
from i18n.catalogs.update import update_catalogs
from i18n.locales import TRANSLATED_LANGUAGES
from tests.i18n.translated import translated

PAGE = """\
<!doctype html>
<html lang="{{ html_language }}">
<head><title>{% trans %}All customers{% endtrans %}</title></head>
<body>
<button title="{{ _("Add a stamp") }}">
  {# NOTE: on a small button, max 12 #}
  {{ pgettext("button", "Redeem") }}
</button>
<p>{% trans name=customer.name %}
  Hello <b>{{ name }}</b>,
  here you are.
{% endtrans %}</p>
<p>{% trans count=points %}{{ count }} point{% pluralize %}{{ count }} points{% endtrans %}</p>
</body>
</html>
"""
PROBLEMS = """\
from i18n.translator import N_, NN_, PN_


class CardInactive(Exception):
    # NOTE: shown at the till
    title = N_("This card is not active")
    # NOTE: the state of the card, at the till
    state = PN_("state of a card", "Expired")
    tries = NN_("{count} try left", "{count} tries left")
"""


class Project:
    """A small tree in which every language is complete, for planting faults in."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert old in text, f"{old!r} is not in {path}"
        self.write(path, text.replace(old, new))

    def translate(self) -> None:
        """Extract, update, and fill every gap."""
        write_templates(self.root)
        update_catalogs(self.root)
        for language in TRANSLATED_LANGUAGES:
            for path in catalog_paths(language, self.root):
                catalog = read_po(path)
                for entry in entries(catalog):
                    texts = [translated(english, language) for english in sources(entry)]
                    set_translations(entry, (texts[0], texts[-1]) if entry.msgid_plural else texts)
                    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
                write_po(path, catalog)
        update_catalogs(self.root)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    tree = Project(tmp_path)
    tree.write("frontend/office/page.html", PAGE)
    tree.write("backend/loyalty/cards/problems.py", PROBLEMS)
    tree.translate()
    return tree
