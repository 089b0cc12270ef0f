"""Faults of a catalog, and of the sentences of the code."""

from pathlib import Path

import pytest

from i18n.catalogs.entries import sources
from i18n.catalogs.templates import template_entries
from i18n.checks.contexts import CONTEXTS
from i18n.checks.numbers import value_kinds
from i18n.checks.run import check
from i18n.placeholders import value_names
from tests.i18n.conftest import Project

FR = "i18n/fr/LC_MESSAGES/staff.po"
LB = "i18n/lb/LC_MESSAGES/staff.po"
PAGE = "frontend/office/page.html"
PROBLEMS = "backend/loyalty/cards/problems.py"
GREETING = 'msgstr "Bonjour <b>%(name)s</b>, voilà."'
LB_GREETING = 'msgstr "Hallo <b>%(name)s</b>, w.e.g."'


def kinds(root: Path) -> set[str]:
    return {finding.kind for finding in check(root, of_release=True)}


def test_a_complete_project_has_no_findings(project: Project) -> None:
    assert check(project.root) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "kind"),
    [
        (PAGE, "Add a stamp", "Add two stamps", "stale_template"),
        (PROBLEMS, "This card is not active", "This card sleeps", "stale_template"),
        ("i18n/staff.pot", "#: frontend", "#: somewhere/else.py:1 frontend", "stale_template"),
        (FR, 'msgstr "Ajouter un tampon"', 'msgstr ""', "missing"),
        (FR, 'msgstr[1] "%(count)s points"', 'msgstr[1] ""', "missing"),
        (FR, 'msgid "Add a stamp"\nmsgstr "Ajouter un tampon"', "", "not_in_catalog"),
        (FR, 'msgid_plural "%(count)s points"', 'msgid_plural "%(count)s old points"', "not_in_catalog"),
        (FR, 'msgid "Add a stamp"', '#, fuzzy\nmsgid "Add a stamp"', "fuzzy"),
        (FR, 'msgid "All customers"', 'msgid "Goodbye"\nmsgstr "Adieu"\n\nmsgid "All customers"', "obsolete"),
        (FR, 'msgid "All customers"', 'msgid "All customers"\nmsgstr "Deux"\n\nmsgid "All customers"', "duplicate"),
        (FR, GREETING, GREETING.replace("%(name)s", "%(nom)s"), "placeholders"),
        (FR, GREETING, GREETING.replace("%(name)s", "%(name)d"), "placeholders"),
        (FR, GREETING, GREETING.replace("%(name)s", "Marie"), "placeholders"),
        (FR, GREETING, GREETING.replace("voilà", "100 % voilà"), "placeholders"),
        (FR, 'msgstr "Ajouter un tampon"', 'msgstr "100 %"', "placeholders"),
        (FR, 'msgstr[1] "encore {count} essais"', 'msgstr[1] "encore {nombre} essais"', "placeholders"),
        (FR, 'msgstr[1] "encore {count} essais"', 'msgstr[1] "encore {count}} essais"', "placeholders"),
        (FR, 'msgstr[0] "%(count)s points"', 'msgstr[0] "un point"', "placeholders"),
        (FR, "(n > 1)", "(n != 1)", "plural_forms"),
        (FR, 'msgstr "Ajouter un tampon"', 'msgstr "Ajouter un tampon "', "blanks"),
        (FR, 'msgstr "Ajouter un tampon"', 'msgstr "\\nAjouter un tampon"', "blanks"),
        (FR, GREETING, GREETING.replace("</b>", "<b>"), "tags"),
        (FR, 'msgstr "Échanger"', 'msgstr "Échanger contre une récompense"', "too_long"),
        (FR, 'msgstr "Ajouter un tampon"', "what is this?", "unreadable"),
        (FR, 'msgstr "Ajouter un tampon"', 'msgstr "Fini ? Oui"', "space"),
        (FR, 'msgstr "Ajouter un tampon"', 'msgstr "Solde : bon"', "space"),
        (FR, 'msgstr "Ajouter un tampon"', 'msgstr "« Oui »"', "space"),
        (FR, 'msgstr "Ajouter un tampon"', 'msgstr "Tapez un nom"', "glossary"),
        (LB, 'msgstr "E Stempel ginn"', 'msgstr "viru(n) 3 Deeg"', "n_rule"),
        (LB, 'msgstr "E Stempel ginn"', 'msgstr "d’Stempelen vun der Kaart"', "n_rule"),
        (LB, LB_GREETING, LB_GREETING.replace("Hallo <b>", "den Client <b>"), "n_rule"),
        (LB, LB_GREETING, LB_GREETING.replace("Hallo <b>", "Vun ").replace("</b>", ""), "n_rule"),
        (FR, 'msgstr "Ajouter un tampon"', 'msgstr "Ajouter un tampon."', "end_sign"),
        (FR, 'msgstr "Ajouter un tampon"', 'msgstr "Ajouter l\'un tampon"', "apostrophe"),
        (FR, 'msgstr "Tous les clients"', 'msgstr "All customers"', "untranslated"),
        (FR, 'msgstr "Tous les clients"', f'msgstr "{"Clients " * 15}"', "length"),
        (FR, "n’est pas active", "est active", "negation"),
    ],
)
def test_a_fault_in_a_catalog_is_found(project: Project, path: str, old: str, new: str, kind: str) -> None:
    project.replace(path, old, new)
    assert kind in kinds(project.root)


@pytest.mark.parametrize(
    "sentence",
    ['{{ _("%s points") }}', '{{ _("{} points") }}', '{{ _("{0} points") }}'],
)
def test_a_value_without_a_name_is_found(project: Project, sentence: str) -> None:
    project.replace(PAGE, "</body>", f"{sentence}</body>")
    project.translate()
    assert "unnamed_value" in kinds(project.root)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ('{{ _("%(days)s days left") }}', "no_plural"),
        ("{% trans count=1 %}{{ count }} cards{% endtrans %}", "no_plural"),
        ('{{ _("{points} points") }}', "no_plural"),
        ('{{ _("%(visits)s visits") }}', "unknown_value"),
    ],
)
def test_a_number_without_a_plural_is_found(project: Project, sentence: str, kind: str) -> None:
    project.replace(PAGE, "</body>", f"{sentence}</body>")
    project.translate()
    assert kinds(project.root) == {kind}


def test_no_exception_for_a_number_outlives_its_sentence() -> None:
    english = {sources(entry)[0] for entry in template_entries()}
    assert {sentence for each in value_kinds().uncounted for sentence in each.english} <= english


def test_no_value_is_listed_that_no_sentence_has() -> None:
    names = {name for entry in template_entries() for name in value_names(" ".join(sources(entry)))}
    assert value_kinds().numbers | value_kinds().texts == names
    assert not value_kinds().numbers & value_kinds().texts


def test_a_percent_sign_that_jinja_would_trip_over_is_found(project: Project) -> None:
    project.replace(PAGE, "</body>", '{{ _("Only 20 % today") }}</body>')
    project.translate()
    assert kinds(project.root) == {"placeholders"}


@pytest.mark.parametrize(
    "word",
    [
        '{{ _("Set") }}',
        "{% trans %}Saved.{% endtrans %}",
        '{# NOTE: participle: a PIN was chosen #}{{ _("Set") }}',
        '{{ pgettext("state of a PIN", "Set") }}',
    ],
)
def test_a_single_word_without_a_context_or_a_note_is_found(project: Project, word: str) -> None:
    project.replace(PAGE, "</body>", f"{word}</body>")
    project.translate()
    assert kinds(project.root) == {"unexplained"}


def test_a_word_in_python_needs_both_too(project: Project) -> None:
    project.replace(PROBLEMS, "    # NOTE: the state of the card, at the till\n", "")
    project.translate()
    assert kinds(project.root) == {"unexplained"}


@pytest.mark.parametrize("sentence", ['{{ _("Not set") }}', '{{ ngettext("point", "points", count) }}'])
def test_what_explains_itself_needs_neither(project: Project, sentence: str) -> None:
    project.replace(PAGE, "</body>", f"{sentence}</body>")
    project.translate()
    assert check(project.root) == []


def test_a_context_that_nobody_has_listed_is_found(project: Project) -> None:
    project.replace(PAGE, 'pgettext("button", "Redeem")', 'pgettext("buton", "Redeem")')
    project.translate()
    assert kinds(project.root) == {"unknown_context"}


def test_no_context_is_listed_that_no_sentence_has() -> None:
    assert {entry.msgctxt for entry in template_entries() if entry.msgctxt} == CONTEXTS


def test_a_missing_catalog_is_found(project: Project) -> None:
    (project.root / FR).unlink()
    assert [(finding.where, finding.kind) for finding in check(project.root)] == [(FR, "no_catalog")]


def test_a_singular_may_leave_its_number_out_where_it_means_one(project: Project) -> None:
    project.replace(PAGE, "{{ count }} point{% plur", "One point{% plur")
    project.translate()
    project.replace(FR, 'msgstr[0] "%(count)s points"', 'msgstr[0] "%(count)s point"')
    assert check(project.root) == []
