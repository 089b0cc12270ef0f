import os
from typing import Any

from i18n.catalogs import TEMPLATE, coverage, messages, read_catalog
from i18n.extraction import is_stale, write_template
from i18n.french import with_no_break_spaces
from i18n.locales import LANGUAGES
from i18n.updating import update_catalogs

PAGE = "frontend/office/page.html"
FR = "i18n/fr/LC_MESSAGES/messages.po"
EN = "i18n/en/LC_MESSAGES/messages.po"


def text(project: Any, path: str) -> str:
    return str((project.root / path).read_text(encoding="utf-8"))


def test_sentences_are_found_in_pages_and_in_python_with_plurals_contexts_and_notes(project: Any) -> None:
    template = read_catalog(project.root / TEMPLATE)
    found = {(message.id, message.context) for message in messages(template)}
    assert found == {
        ("Customers", None),
        ("Add a stamp", None),
        ("Redeem", "button"),
        ("Hello <b>%(name)s</b>, here you are.", None),
        (("%(count)s point", "%(count)s points"), None),
        ("This card is not active", None),
        (("{count} try left", "{count} tries left"), None),
    }
    notes = {message.id: message.auto_comments for message in messages(template) if message.auto_comments}
    assert notes == {
        "Redeem": ["on a small button, max 12"],
        "This card is not active": ["shown at the till"],
    }


def test_extracting_again_changes_nothing_though_lines_and_days_pass(project: Any) -> None:
    before = text(project, str(TEMPLATE))
    project.replace(PAGE, "<!doctype html>", "\n\n\n<!doctype html>")
    os.utime(project.root / PAGE, (0, 0))
    write_template(project.root)
    assert text(project, str(TEMPLATE)) == before
    assert not is_stale(project.root)


def test_updating_again_changes_nothing(project: Any) -> None:
    before = [text(project, f"i18n/{language}/LC_MESSAGES/messages.po") for language in LANGUAGES]
    update_catalogs(project.root)
    assert [text(project, f"i18n/{language}/LC_MESSAGES/messages.po") for language in LANGUAGES] == before


def test_a_new_sentence_is_english_at_once_and_missing_elsewhere(project: Any) -> None:
    project.replace(PAGE, "</body>", "{% trans %}Nobody has come yet{% endtrans %}</body>")
    write_template(project.root)
    update_catalogs(project.root)
    assert 'msgstr "Nobody has come yet"' in text(project, EN)
    assert {line.language: line.missing for line in coverage(project.root)} == {"en": 0, "fr": 1, "de": 1, "lb": 1}


def test_the_translation_of_a_rephrased_sentence_stays_at_hand_until_the_new_one_is_there(project: Any) -> None:
    project.replace(FR, 'msgstr "Cette carte n’est pas active"', 'msgstr "Carte inactive"')
    project.replace("backend/loyalty/cards/problems.py", "This card is not active", "This card isn’t active")
    write_template(project.root)
    update_catalogs(project.root)
    update_catalogs(project.root)
    assert '#~ msgid "This card is not active"\n#~ msgstr "Carte inactive"' in text(project, FR)
    assert next(line for line in coverage(project.root) if line.language == "fr").missing == 1
    project.replace(
        FR, 'msgid "This card isn’t active"\nmsgstr ""', 'msgid "This card isn’t active"\nmsgstr "Inactive"'
    )
    update_catalogs(project.root)
    assert "#~" not in text(project, FR) + text(project, EN)


def test_a_new_sentence_never_gets_the_translation_of_a_similar_one(project: Any) -> None:
    project.replace(PAGE, "</body>", "{% trans %}This card is not active?{% endtrans %}</body>")
    write_template(project.root)
    update_catalogs(project.root)
    assert 'msgid "This card is not active?"\nmsgstr ""' in text(project, FR)
    assert "fuzzy" not in text(project, FR)


def test_what_is_no_longer_said_goes_and_translators_comments_stay(project: Any) -> None:
    project.replace(FR, "#. shown at the till", "# ask Anna\n#. shown at the till")
    project.replace(PAGE, "{% trans %}Customers{% endtrans %}", "")
    write_template(project.root)
    update_catalogs(project.root)
    assert "Customers" not in text(project, FR)
    assert "# ask Anna" in text(project, FR)


def test_a_sentence_that_gets_a_plural_is_not_complete(project: Any) -> None:
    project.replace(PAGE, '{{ _("Add a stamp") }}', '{{ ngettext("Add a stamp", "Add %(num)s stamps", count) }}')
    write_template(project.root)
    update_catalogs(project.root)
    assert '#, fuzzy, python-format\nmsgid "Add a stamp"' in text(project, FR)
    assert 'msgstr[0] "Ajouter un tampon"\nmsgstr[1] ""' in text(project, FR)
    assert "fuzzy" not in text(project, EN)
    assert {line.language: line.fuzzy for line in coverage(project.root)} == {"en": 0, "fr": 1, "de": 1, "lb": 1}


def test_french_signs_get_their_no_break_spaces() -> None:
    """Translators type plain ones; an address keeps its colon, and what is right stays."""
    assert with_no_break_spaces("Fini ? Oui ; non ! « Prix » : 3 € (https://x.example:80)") == (
        "Fini\u202f? Oui\u202f; non\u202f! «\u00a0Prix\u00a0»\u00a0: 3 € (https://x.example:80)"
    )
    right = "Solde\u00a0: «\u00a0bon\u00a0»\u202f!"
    assert with_no_break_spaces(right) == right
