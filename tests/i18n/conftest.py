from pathlib import Path

import pytest

from i18n.catalogs import messages, read_catalog, sources, write_catalog
from i18n.extraction import write_template
from i18n.locales import LANGUAGES
from i18n.translator import catalog_path
from i18n.updating import update_catalogs
from tests.i18n.translated import translated

PAGE = """\
<!doctype html>
<html lang="{{ html_language }}">
<head><title>{% trans %}Customers{% endtrans %}</title></head>
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
from i18n.translator import N_, NN_


class CardInactive(Exception):
    # NOTE: shown at the till
    title = N_("This card is not active")
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

    def replace(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {path}"
        self.write(path, text.replace(old, new))

    def translate(self) -> None:
        """Extract, update, fill every gap, and update again, which removes what is no longer said."""
        write_template(self.root)
        update_catalogs(self.root)
        for language in LANGUAGES:
            path = catalog_path(language, self.root / "i18n")
            catalog = read_catalog(path, language)
            for message in messages(catalog):
                texts = [translated(english, language) for english in sources(message)]
                message.string = (texts[0], texts[-1]) if message.pluralizable else texts[0]
                message.flags.discard("fuzzy")
            write_catalog(path, catalog)
        update_catalogs(self.root)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    tree = Project(tmp_path)
    tree.write("frontend/office/page.html", PAGE)
    tree.write("backend/loyalty/cards/problems.py", PROBLEMS)
    tree.translate()
    return tree
