"""Sentences of backend and workers that nobody has marked, words of msgspec, and states as the code has them."""

from fnmatch import fnmatchcase

import pytest

from i18n.catalogs.paths import ROOT
from i18n.checks.code.server import IN_ENGLISH, KEPT, SOURCES
from i18n.checks.run import check
from tests.i18n.conftest import Project

MODULE = "backend/loyalty/cards/actions.py"
DECODING = """
try:
    found = msgspec.convert(value, Card)
except {caught} as error:
    {handled}
"""


def kinds(project: Project, path: str, code: str) -> list[str]:
    """Apart from those of the catalogs."""
    project.write(path, code + "\n")
    return [each.kind for each in check(project.root) if each.kind in {"literal", "library_text", "raw_state"}]


@pytest.mark.parametrize(
    "code",
    [
        'raise ValidationFailed(FieldError("/staff_id", "required", "Say whose PIN it is."))',
        'yield FieldError("/url", "invalid", "no address of ours")',
        'errors += [FieldError("/id", "invalid", "1 to 128 printable characters.") for _ in ids]',
        'FieldError("/limit", "too_large", detail=f"At most {most} of them.")',
        'FieldError("/url", "invalid", "It is not public." if literal else N_("It is no address."))',
        'raise CardInactive(reason="the card sleeps")',
        'NOT_HERE = "The customer is not here."',
        'card.note = f"Moved to {other}."',
        'return View(error="Orion has failed here.")',
    ],
)
def test_a_sentence_of_the_server_that_nobody_marked_is_found(project: Project, code: str) -> None:
    assert kinds(project, MODULE, code) == ["literal"]
    assert kinds(project, "workers/jobs/cards.py", code) == ["literal", "literal"]


@pytest.mark.parametrize(
    "code",
    [
        'raise ValidationFailed(FieldError("/staff_id", "required", N_("Add a stamp")))',
        'FieldError("/sent_at", "required", expected="date-time", parameter="X-Store-Code")',
        'raise ValueError("Nobody reads this but developers")',
        'log.warning("card_lost", advice=f"Look for {card} in the drawer.")',
        'FOUND = "SELECT id FROM cards WHERE code = $1"',
        'FOUND = """\nWITH cards AS (SELECT 1) SELECT * FROM cards"""',
        'post("/cards", summary="Make a card", responses={204: empty("It is gone.")})',
        'raise CardInactive(card_id="0199aa00")',
    ],
)
def test_what_only_developers_read_is_no_finding(project: Project, code: str) -> None:
    assert kinds(project, MODULE, code) == []


def test_operators_are_told_in_english_but_a_field_error_is_for_everybody(project: Project) -> None:
    assert kinds(project, "backend/cli/cards.py", 'click.echo("The card is lost.")') == []
    assert kinds(project, "backend/cli/cards.py", 'FieldError("/id", "lost", "The card is lost.")') == ["literal"]


@pytest.mark.parametrize("caught", ["msgspec.ValidationError", "(msgspec.DecodeError, UnicodeError)", "DecodeError"])
@pytest.mark.parametrize("handled", ["raise Refused(str(error))", 'reason = f"{error}"', "reason = error.args[0]"])
def test_what_msgspec_says_is_found_where_it_goes_on(project: Project, caught: str, handled: str) -> None:
    assert kinds(project, MODULE, DECODING.format(caught=caught, handled=handled)) == ["library_text"]


@pytest.mark.parametrize(
    ("caught", "handled"),
    [
        ("msgspec.ValidationError", "raise Refused from error"),
        ("msgspec.ValidationError", "raise ValidationFailed(*schema_errors(value, Card)) from error"),
        ("OSError", "reason = str(error)"),
    ],
)
def test_an_error_of_msgspec_may_be_a_cause(project: Project, caught: str, handled: str) -> None:
    assert kinds(project, MODULE, DECODING.format(caught=caught, handled=handled)) == []


@pytest.mark.parametrize(
    "markup",
    [
        "<p>{{ card.state }}</p>",
        "<dd translate='no'>{{ card.state }}</dd>",
        "<p>{{ row.status|capitalize }}</p>",
        "<p>{{ run.outcome or '–' }}</p>",
        "<p>{{ user.role if user else '' }}</p>",
        '<p title="{{ card.state }}"></p>',
        "<p>{{ state }}</p>",
        "<p>{{ '– ' ~ card.state }}</p>",
        '{{ ui.badge(card.state, "ok") }}',
        '{{ _("Add a stamp", state=card.state) }}',
        "{% trans name=card.status %}Hello <b>{{ name }}</b>,\n  here you are.{% endtrans %}",
    ],
)
def test_a_state_that_a_page_shows_as_the_code_has_it_is_found(project: Project, markup: str) -> None:
    assert kinds(project, "frontend/office/states.html", markup) == ["raw_state"]


@pytest.mark.parametrize(
    "markup",
    [
        "<p>{{ messages.state_of(card) }}</p>",
        '<p class="{{ card.state }}" data-state="{{ card.state }}" id="{{ row.kind }}"></p>',
        '<input type="hidden" value="{{ card.state }}">',
        "{% if card.state == 'active' %}<p>{{ LABELS[card.state] }}</p>{% endif %}",
        "<code>{{ card.state }}</code>",
        '{{ ui.badge(messages.role(user.role), "info" if user.role == "owner" else "") }}',
        '{{ ui.badge(messages.badge(row.state)) }}<span class="num">{{ attempt.status }}</span>',
    ],
)
def test_a_state_that_chooses_a_label_a_class_or_a_value_is_no_finding(project: Project, markup: str) -> None:
    assert kinds(project, "frontend/office/states.html", markup) == []


def test_no_exemption_outlives_what_it_exempts() -> None:
    modules = {path.relative_to(ROOT).as_posix(): path for source in SOURCES for path in (ROOT / source).rglob("*.py")}
    assert [pattern for pattern in IN_ENGLISH if not any(fnmatchcase(module, pattern) for module in modules)] == []
    words = "".join(path.read_text(encoding="utf-8") for path in modules.values())
    assert [text for text in KEPT if f'"{text}"' not in words] == []
