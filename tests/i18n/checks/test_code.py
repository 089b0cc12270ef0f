"""Text of pages and scripts that nobody has marked for translation."""

from pathlib import Path

import pytest

from i18n.checks.run import check
from tests.i18n.conftest import Project

PROBLEMS = "backend/loyalty/cards/problems.py"


def kinds(root: Path) -> set[str]:
    return {finding.kind for finding in check(root, of_release=True)}


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
def test_words_in_a_template_outside_trans_are_found_with_their_line(project: Project, markup: str) -> None:
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
def test_what_nobody_reads_or_everybody_reads_alike_is_no_finding(project: Project, markup: str) -> None:
    project.write("frontend/office/fine.html", markup)
    assert "literal" not in kinds(project.root)


def test_plain_text_templates_are_read_too(project: Project) -> None:
    project.write("backend/messaging/letters/welcome.txt", "Hello {{ name }}")
    assert [finding.where for finding in check(project.root)] == ["backend/messaging/letters/welcome.txt:1"]


def test_a_template_that_does_not_parse_is_found(project: Project) -> None:
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
def test_words_in_a_script_are_found(project: Project, script: str) -> None:
    project.write("frontend/static/js/orion.js", f"// The till\n{script};\n")
    assert [(finding.where, finding.kind) for finding in check(project.root)] == [
        ("frontend/static/js/orion.js:2", "script_text")
    ]


def test_keys_selectors_and_errors_in_a_script_are_no_finding(project: Project) -> None:
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
def test_status_texts_in_python_that_nobody_marked_are_found(project: Project, path: str, code: str) -> None:
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
def test_marked_sentences_and_words_for_developers_are_no_finding(project: Project, code: str) -> None:
    project.write("frontend/till/views.py", PYTHON_HEAD + code + "\n")
    assert "literal" not in kinds(project.root)
