"""A translator's work outlives whatever happens to the sentences."""

from i18n.catalogs.coverage import coverage
from i18n.catalogs.extract import write_templates
from i18n.catalogs.update import update_catalogs
from i18n.french import with_no_break_spaces
from tests.i18n.conftest import Project

PAGE = "frontend/office/page.html"
PROBLEMS = "backend/loyalty/cards/problems.py"
FR = "i18n/fr/LC_MESSAGES/staff.po"
SAID, REPHRASED = "This card is not active", "This card isn’t active"
INACTIVE = 'msgstr "Cette carte n’est pas active"'


def renew(project: Project) -> None:
    write_templates(project.root)
    update_catalogs(project.root)


def rephrased(project: Project) -> None:
    project.replace(PROBLEMS, SAID, REPHRASED)
    renew(project)


def counts(project: Project, field: str) -> dict[str, int]:
    return {line.language: getattr(line, field) for line in coverage(project.root) if line.audience == "staff"}


def test_updating_again_changes_nothing(project: Project) -> None:
    assert update_catalogs(project.root) == []


def test_a_new_sentence_is_missing_in_every_language(project: Project) -> None:
    project.replace(PAGE, "</body>", "{% trans %}Nobody has come yet{% endtrans %}</body>")
    renew(project)
    assert counts(project, "missing") == {"fr": 1, "de": 1, "lb": 1}


def test_a_rephrased_sentence_is_offered_its_translation_beside_the_earlier_english(project: Project) -> None:
    rephrased(project)
    assert f'#, fuzzy\n#| msgid "{SAID}"\nmsgid "{REPHRASED}"\n{INACTIVE}' in project.read(FR)
    assert counts(project, "fuzzy") == {"fr": 1, "de": 1, "lb": 1}


def test_a_sentence_that_changes_and_changes_back_has_its_translation_again(project: Project) -> None:
    before = project.read(FR)
    rephrased(project)
    project.replace(PROBLEMS, REPHRASED, SAID)
    renew(project)
    after, obsolete = project.read(FR).split("\n#, fuzzy\n#~ ", 1)
    assert after == before
    assert f'msgid "{REPHRASED}"' in obsolete


def test_a_reviewed_sentence_stays_reviewed(project: Project) -> None:
    rephrased(project)
    project.replace(FR, f'#, fuzzy\n#| msgid "{SAID}"\n', "")
    renew(project)
    assert f'#. shown at the till\n#: {PROBLEMS}:6\nmsgid "{REPHRASED}"\n{INACTIVE}' in project.read(FR)


def test_short_sentences_are_offered_translations_too(project: Project) -> None:
    project.replace(PAGE, '"Redeem"', '"Redeem it"')
    renew(project)
    assert '#| msgid "Redeem"\nmsgctxt "button"\nmsgid "Redeem it"\nmsgstr "Échanger"' in project.read(FR).replace(
        '#| msgctxt "button"\n', ""
    )


def test_a_sentence_gets_a_context_and_keeps_its_translation_for_review(project: Project) -> None:
    project.replace(PAGE, '_("Add a stamp")', 'pgettext("button", "Add a stamp")')
    renew(project)
    assert 'msgctxt "button"\nmsgid "Add a stamp"\nmsgstr "Ajouter un tampon"' in project.read(FR)
    assert counts(project, "fuzzy")["fr"] == 1


def test_a_new_sentence_never_gets_the_translation_of_one_still_in_use(project: Project) -> None:
    project.replace(PAGE, "</body>", f"{{% trans %}}{SAID}?{{% endtrans %}}</body>")
    renew(project)
    assert f'msgid "{SAID}?"\nmsgstr ""' in project.read(FR)
    assert "fuzzy" not in project.read(FR)


def test_a_sentence_that_moves_to_other_readers_takes_its_translation_along(project: Project) -> None:
    project.write("frontend/card/page.html", "{% trans %}All customers{% endtrans %}")
    renew(project)
    assert 'msgid "All customers"\nmsgstr "Tous les clients"' in project.read("i18n/fr/LC_MESSAGES/customer.po")
    assert "Tous les clients" not in project.read(FR)


def test_what_is_no_longer_said_stays_as_obsolete_entry_without_its_hints(project: Project) -> None:
    project.replace(FR, "#. shown at the till", "# ask Anna\n#. shown at the till")
    project.replace(PROBLEMS, f'# NOTE: shown at the till\n    title = N_("{SAID}")', "title = None")
    renew(project)
    assert f'# ask Anna\n#~ msgid "{SAID}"\n#~ {INACTIVE}' in project.read(FR)
    assert "shown at the till" not in project.read(FR)


def test_an_untranslated_sentence_that_is_no_longer_said_goes(project: Project) -> None:
    project.replace(FR, 'msgstr "Tous les clients"', 'msgstr ""')
    project.replace(PAGE, "{% trans %}All customers{% endtrans %}", "")
    renew(project)
    assert "All customers" not in project.read(FR)


def test_comments_flags_and_headers_of_translators_and_tools_stay(project: Project) -> None:
    project.replace(FR, "#. shown at the till", "# ask Anna\n#. shown at the till")
    project.replace(FR, f'msgid "{SAID}"', f'#, no-wrap, read-only\nmsgid "{SAID}"')
    project.replace(
        FR, '"Language: fr\\n"', '"Last-Translator: Zoé <zoe@x.lu>\\n"\n"Language: fr\\n"\n"X-Generator: W\\n"'
    )
    project.replace(FR, "# The sentences", "# Zoé <zoe@x.lu>, 2026.\n# The sentences")
    project.replace(PAGE, "</body>", "{% trans %}Nobody has come yet{% endtrans %}</body>")
    renew(project)
    for kept in ("# ask Anna", "#, no-wrap, read-only", "Last-Translator: Zoé <zoe@x.lu>", "X-Generator: W", "2026."):
        assert kept in project.read(FR)


def test_a_sentence_that_gets_a_plural_waits_for_its_other_form(project: Project) -> None:
    project.replace(PAGE, '{{ _("Add a stamp") }}', '{{ ngettext("Add a stamp", "Add %(num)s stamps", count) }}')
    renew(project)
    assert '#, fuzzy, python-format\n#| msgid "Add a stamp"\nmsgid "Add a stamp"' in project.read(FR)
    assert 'msgstr[0] "Ajouter un tampon"\nmsgstr[1] ""' in project.read(FR)
    assert counts(project, "fuzzy") == {"fr": 1, "de": 1, "lb": 1}


def test_a_sentence_that_loses_its_plural_is_offered_the_plural(project: Project) -> None:
    project.replace(PROBLEMS, 'NN_("{count} try left", "{count} tries left")', 'N_("{count} try left")')
    renew(project)
    assert 'msgid "{count} try left"\nmsgstr "encore {count} essais"' in project.read(FR)
    assert counts(project, "fuzzy")["fr"] == 1


def test_french_signs_get_their_no_break_spaces(project: Project) -> None:
    """Translators type plain ones; an address keeps its colon, and what is right stays."""
    assert with_no_break_spaces("Fini ? Oui ; non ! « Prix » : 3 € (https://x.example:80)") == (
        "Fini\u202f? Oui\u202f; non\u202f! «\u00a0Prix\u00a0»\u00a0: 3 € (https://x.example:80)"
    )
    right = "Solde\u00a0: «\u00a0bon\u00a0»\u202f!"
    assert with_no_break_spaces(right) == right
    project.replace(FR, 'msgstr "Tous les clients"', 'msgstr "Clients : tous"')
    update_catalogs(project.root)
    assert 'msgstr "Clients\u00a0: tous"' in project.read(FR)
