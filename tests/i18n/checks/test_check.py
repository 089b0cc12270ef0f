from pathlib import Path
from typing import Any

import pytest

from i18n.catalogs.entries import sources
from i18n.catalogs.templates import template_entries
from i18n.checks.contexts import CONTEXTS
from i18n.checks.numbers import UNCOUNTED
from i18n.checks.run import check
from i18n.checks.translations.glossary import glossary_faults
from i18n.checks.translations.luxembourgish import n_rule_faults

FR = "i18n/fr/LC_MESSAGES/staff.po"
LB = "i18n/lb/LC_MESSAGES/staff.po"
PAGE = "frontend/office/page.html"
PROBLEMS = "backend/loyalty/cards/problems.py"
GREETING = 'msgstr "Bonjour <b>%(name)s</b>, voilà."'
LB_GREETING = 'msgstr "Hallo <b>%(name)s</b>, w.e.g."'


def kinds(root: Path) -> set[str]:
    return {finding.kind for finding in check(root, of_release=True)}


def test_a_complete_project_has_no_findings(project: Any) -> None:
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
def test_a_fault_in_a_catalog_is_found(project: Any, path: str, old: str, new: str, kind: str) -> None:
    project.replace(path, old, new)
    assert kind in kinds(project.root)


@pytest.mark.parametrize(
    "sentence",
    ['{{ _("%s points") }}', '{{ _("{} points") }}', '{{ _("{0} points") }}'],
)
def test_a_value_without_a_name_is_found(project: Any, sentence: str) -> None:
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
def test_a_number_without_a_plural_is_found(project: Any, sentence: str, kind: str) -> None:
    project.replace(PAGE, "</body>", f"{sentence}</body>")
    project.translate()
    assert kinds(project.root) == {kind}


def test_no_exception_for_a_number_outlives_its_sentence() -> None:
    said = {sources(entry)[0] for entry in template_entries()}
    assert set(UNCOUNTED) <= said


def test_a_percent_sign_that_jinja_would_trip_over_is_found(project: Any) -> None:
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
def test_a_single_word_without_a_context_or_a_note_is_found(project: Any, word: str) -> None:
    project.replace(PAGE, "</body>", f"{word}</body>")
    project.translate()
    assert kinds(project.root) == {"unexplained"}


def test_a_word_in_python_needs_both_too(project: Any) -> None:
    project.replace(PROBLEMS, "    # NOTE: the state of the card, at the till\n", "")
    project.translate()
    assert kinds(project.root) == {"unexplained"}


@pytest.mark.parametrize("sentence", ['{{ _("Not set") }}', '{{ ngettext("point", "points", count) }}'])
def test_what_explains_itself_needs_neither(project: Any, sentence: str) -> None:
    project.replace(PAGE, "</body>", f"{sentence}</body>")
    project.translate()
    assert check(project.root) == []


def test_a_context_that_nobody_has_listed_is_found(project: Any) -> None:
    project.replace(PAGE, 'pgettext("button", "Redeem")', 'pgettext("buton", "Redeem")')
    project.translate()
    assert kinds(project.root) == {"unknown_context"}


def test_no_context_is_listed_that_no_sentence_has() -> None:
    assert {entry.msgctxt for entry in template_entries() if entry.msgctxt} == CONTEXTS


def test_a_missing_catalog_is_found(project: Any) -> None:
    (project.root / FR).unlink()
    assert [(finding.where, finding.kind) for finding in check(project.root)] == [(FR, "no_catalog")]


def test_a_singular_may_leave_its_number_out_where_it_means_one(project: Any) -> None:
    project.replace(PAGE, "{{ count }} point{% plur", "One point{% plur")
    project.translate()
    project.replace(FR, 'msgstr[0] "%(count)s points"', 'msgstr[0] "%(count)s point"')
    assert check(project.root) == []


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Nothing here yet</p>",
        "<p>{{ count }} points</p>",
        "<p>{% if late %}late{% endif %}</p>",
        '<img alt="The logo">',
        '<input placeholder="Name">',
        '<a title="Open {{ name }}"></a>',
        '<nav aria-label="Pages"></nav>',
        '<input type="submit" value="Save">',
        '<meta name="description" content="A card for every shop">',
        '<i data-offline-text="You are offline"></i>',
        '{{ button("Save") }}',
        '{% set heading = "Customers" %}',
        '{{ "Active" if card.active else "Closed" }}',
        "{% block title %}Overview{% endblock %}",
        '{% if a %}<p translate="no">{% else %}<p translate="no">{% endif %}x</p></div><p>Bare</p>',
    ],
)
def test_words_in_a_template_outside_trans_are_found_with_their_line(project: Any, markup: str) -> None:
    project.write("frontend/office/bare.html", f"<main>\n<div>\n\n{markup}\n</div>\n</main>")
    findings = check(project.root)
    assert {finding.kind for finding in findings} == {"literal"}
    assert {finding.where for finding in findings} == {"frontend/office/bare.html:4"}


@pytest.mark.parametrize(
    "markup",
    [
        "<p>{{ count }} · € 12,50 × 3 → #{{ name }}</p>",
        '<p translate="no">Google Wallet</p>',
        "<title>Orion</title>",
        "<kbd>Esc</kbd> <code>orion dev</code>",
        '<meta name="viewport" content="width=device-width">',
        '<p class="big {% if x %}is-open{% endif %}" data-key="Enter" hx-post="/till/cards"></p>',
        '{% if card.state == "Active" %}{{ day|date("long") }}{% endif %}',
        '{{ key("Esc") }}{{ headers["Accept"] }}{% include "Parts/Row.html" %}',
        "<{{ tag }} class='a'></{{ tag }}>",
        "{# Remember the milk #}<!-- and the bread -->",
        "{%- trans -%}\n  Customers\n{%- endtrans -%}",
        "<script>const words = 'in a script are another check'</script>",
        '<input type="hidden" value="Some value">',
    ],
)
def test_what_nobody_reads_or_everybody_reads_alike_is_no_finding(project: Any, markup: str) -> None:
    project.write("frontend/office/fine.html", markup)
    assert "literal" not in kinds(project.root)


def test_plain_text_templates_are_read_too(project: Any) -> None:
    project.write("backend/messaging/letters/welcome.txt", "Hello {{ name }}")
    assert [finding.where for finding in check(project.root)] == ["backend/messaging/letters/welcome.txt:1"]


def test_a_template_that_does_not_parse_is_found(project: Any) -> None:
    project.write("frontend/office/broken.html", "<p>\n{% if %}</p>")
    assert [(finding.where, finding.kind) for finding in check(project.root)] == [
        ("frontend/office/broken.html:2", "unreadable")
    ]


@pytest.mark.parametrize(
    "script",
    [
        'toast("Offline")',
        "toast('No answer. Press again')",
        "toast(`${amount} was not booked`)",
        'box.textContent = "please try again"',
        'box.title = "Add a stamp"',
    ],
)
def test_words_in_a_script_are_found(project: Any, script: str) -> None:
    project.write("frontend/static/js/orion.js", f"// The till\n{script};\n")
    assert [(finding.where, finding.kind) for finding in check(project.root)] == [
        ("frontend/static/js/orion.js:2", "script_text")
    ]


def test_keys_selectors_and_errors_in_a_script_are_no_finding(project: Any) -> None:
    script = """
    "use strict";
    if (event.key === "Enter" || event.key === "ArrowDown") form.querySelector("form.is-open input[name=amount]");
    fetch(url, {method: "POST", headers: {"X-CSRF-Token": token, Accept: "text/html"}});
    element.classList.add("is-open", "is-late");
    throw new TypeError("This is for developers");
    console.warn("This too");
    const label = box.dataset.offlineText; // The words come from the page
    """
    project.write("frontend/static/js/orion.js", script)
    assert check(project.root) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("frontend/till/views.py", 'message = "The card was booked"'),
        ("frontend/till/views.py", 'flash(f"Hello {name}, welcome back")'),
        (PROBLEMS, 'class CardMissing(Exception):\n    title = "No card here"'),
        (PROBLEMS, 'class CardMissing(Exception):\n    detail: str = "Closed"'),
    ],
)
def test_status_texts_in_python_that_nobody_marked_are_found(project: Any, path: str, code: str) -> None:
    project.write(path, PYTHON_HEAD + code + "\n")
    assert "literal" in kinds(project.root)


PYTHON_HEAD = '"""A docstring may say what it wants."""\n'


@pytest.mark.parametrize(
    "code",
    [
        'message = _("The card was booked")',
        'raise ValueError("The card was booked twice")',
        'log.info("The card was booked")',
        'get("/", summary="The page of a card")',
        'headers = {"Vary": "Cookie, Accept-Language", "X": "default-src none"}',
    ],
)
def test_marked_sentences_and_words_for_developers_are_no_finding(project: Any, code: str) -> None:
    project.write("frontend/till/views.py", PYTHON_HEAD + code + "\n")
    assert "literal" not in kinds(project.root)


@pytest.mark.parametrize(
    "fault",
    [
        "d’Stempelen vun der Kaart",
        "Retouren réckgängeg gemaach",
        "a setzt en bei d’Benotzer",
        "wann „Maach weider“ do steet",
        "virun 4 Deeg",
        "de Händler",
        "Vu elo un",
        "kee Apparat",
    ],
)
def test_a_final_n_of_luxembourgish_that_is_wrong_before_its_neighbor_is_found(fault: str) -> None:
    assert [kind for kind, _ in n_rule_faults(fault)] == ["n_rule"]


@pytest.mark.parametrize(
    "right",
    [
        "d’Stempele vun den Händler",
        "Retouren an Toner",
        "Punkten, Stempel",
        "liesen (Modus 600)",
        "Aktioun gëtt, Ecran bleift, Orion leeft",
        "keen RSA-Schlëssel",
        "openssl -in signer.key",
        "virun 3 Deeg",
        "Punkten: %(count)s",
        "de Client, e Stempel, vu senger Kaart",
    ],
)
def test_what_the_n_rule_leaves_as_it_is_is_no_fault(right: str) -> None:
    assert list(n_rule_faults(right)) == []


@pytest.mark.parametrize(
    ("language", "never"),
    [
        ("en", "Type the code"),
        ("en", "The sale was booked"),
        ("en", "We mail you the link"),
        ("fr", "Tapez le code"),
        ("de", "Tippen Sie den Code"),
        ("de", "Der Kunde wurde nicht angemeldet."),
        ("lb", "Tippt de Code"),
    ],
)
def test_a_word_that_the_glossary_keeps_out_is_found(language: str, never: str) -> None:
    assert [kind for kind, _ in glossary_faults(never, language)] == ["glossary"]


@pytest.mark.parametrize("right", ["Pass Type ID", "Passes are of type x", "An email, or an e-mail", "A bookshop"])
def test_other_uses_of_such_a_word_are_no_fault(right: str) -> None:
    assert list(glossary_faults(right, "en")) == []
