"""What an owner enters in the form of a reward, and what is sent to the API."""

import msgspec
import pytest

from backend.core.schemas import FieldError, ProblemView
from backend.loyalty.rewards.schemas import RewardChange, RewardDetail, RewardDraft
from frontend.api.responses import BackendProblem
from frontend.kit.forms import Form
from frontend.office.rewards.form import (
    change_of,
    draft_of,
    empty_form,
    form_of,
    take_errors,
)
from tests.frontend.canned import PICTURE
from tests.frontend.office.rewards.canned import FULL, SCARF, TEXT_LANGUAGES, entered, sent


def drafted(**fields: str) -> RewardDraft:
    draft = draft_of(Form({"name_fr": "Écharpe", "points_required": "500"} | fields), "en", TEXT_LANGUAGES)
    assert draft is not None
    return draft


def test_two_fields_are_enough() -> None:
    expected = {"name": {"fr": "Écharpe"}, "points_required": 500}
    assert msgspec.to_builtins(drafted()) == msgspec.to_builtins(msgspec.convert(expected, RewardDraft))


@pytest.mark.parametrize("reward", [SCARF, FULL], ids=["few fields", "all fields"])
@pytest.mark.parametrize("language", TEXT_LANGUAGES)
def test_a_form_that_nobody_has_touched_says_what_is_stored(reward: RewardDetail, language: str) -> None:
    change = change_of(form_of(reward, language), language, TEXT_LANGUAGES)
    stored = msgspec.to_builtins(reward)
    assert msgspec.to_builtins(change) == {
        field: stored[field] for field in RewardChange.__struct_fields__ if field != "stock"
    }


@pytest.mark.parametrize(
    ("text", "cents"),
    [("", 0), ("0", 0), ("12,50", 1250), ("12.50", 1250), ("12", 1200), ("€ 12,50", 1250), ("1 234,50", 123_450)],
)
def test_costs_are_entered_as_people_write_them(text: str, cents: int) -> None:
    assert drafted(value=text).value_cents == cents


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("points_required", "", "Enter a whole number from 1 to 1,000,000."),
        ("points_required", "0", "Enter a whole number from 1 to 1,000,000."),
        ("points_required", "1000001", "Enter a whole number from 1 to 1,000,000."),
        ("points_required", "-5", "Enter a whole number from 1 to 1,000,000."),
        ("points_required", "1,5", "Enter a whole number from 1 to 1,000,000."),
        ("points_required", "٥٠٠", "Enter a whole number from 1 to 1,000,000."),
        ("points_required", "²", "Enter a whole number from 1 to 1,000,000."),
        ("stock", "-1", "Enter a whole number from 0 to 1,000,000."),
        ("stock", "0" * 12 + "9" * 5000, "Enter a whole number from 0 to 1,000,000."),
        ("limit_per_card", "0", "Enter a whole number from 1 to 1,000."),
        ("limit_per_card", "1001", "Enter a whole number from 1 to 1,000."),
        ("value", "-5", "Enter the amount, like 12,50."),
        ("value", "12.505", "Enter the amount, like 12,50."),
        ("value", "9" * 5000, "Enter the amount, like 12,50."),
        ("value", "free", "Enter the amount, like 12,50."),
        ("starts_on", "tomorrow", "Enter a date."),
        ("ends_on", "2026-02-30", "Enter a date."),
        ("name_en", "x" * 101, "This text is too long."),
        ("name_de", "· · ·", "Enter one line with at least one letter or digit."),
        ("name_de", "Sch\0al", "Check this value."),
        ("description_lb", "x" * 501, "This text is too long."),
        ("picture", "../../sign-out", "This value cannot be used."),
        ("store_ids", "hub", "Send an id such as 0199aa00-0000-7000-8000-000000000000."),
    ],
)
def test_a_mistake_is_told_beside_its_field(field: str, text: str, sentence: str) -> None:
    form = entered(**{field: text})
    form.lists |= {"store_ids": [text]} if field == "store_ids" else {}
    assert change_of(form, "en", TEXT_LANGUAGES) is None
    assert form.errors == {field: sentence}
    assert form.text(field) == text


def test_all_mistakes_are_told_at_once() -> None:
    form = Form({"value": "free", "stock": "many"})
    assert draft_of(form, "en", TEXT_LANGUAGES) is None
    assert set(form.errors) == {"name_fr", "points_required", "value", "stock"}
    assert form.errors["name_fr"] == "Enter a name in at least one language.", "beside the first of the names"


@pytest.mark.parametrize(
    ("field", "text", "stored"), [("stock", "1000000", 1_000_000), ("stock", "0", 0), ("limit_per_card", "1000", 1000)]
)
def test_the_largest_and_smallest_numbers_are_taken(field: str, text: str, stored: int) -> None:
    assert sent(entered(**{field: text}))[field] == stored


def test_texts_are_replaced_as_a_whole_and_empty_ones_are_left_out() -> None:
    body = sent(entered(FULL, name_de="  ", description_en="", name_en=" Silk scarf "))
    assert body["name"] == {"en": "Silk scarf", "fr": "Écharpe", "lb": "Schal"}
    assert body["description"] == {"lb": "Aus Léngent"}


def test_what_is_emptied_ends() -> None:
    body = sent(entered(FULL, limit_per_card="", starts_on="", ends_on="", value="", paused=""))
    assert (body["limit_per_card"], body["starts_on"], body["ends_on"], body["value_cents"]) == (None, None, None, 0)
    assert body["is_active"] is True


@pytest.mark.parametrize(
    ("changes", "picture"), [({}, PICTURE), ({"remove_picture": "on"}, None), ({"picture": ""}, None)]
)
def test_a_picture_stays_until_it_is_removed(changes: dict[str, str], picture: str | None) -> None:
    assert sent(entered(FULL, **changes))["picture"] == picture


@pytest.mark.parametrize(
    ("seen", "text", "expected"),
    [("5", "5", {}), ("5", "4", {"stock": 4}), ("5", "", {"stock": None}), ("", "", {}), ("", "5", {"stock": 5})],
)
def test_the_stock_is_sent_only_when_somebody_has_counted(
    seen: str, text: str, expected: dict[str, int | None]
) -> None:
    body = sent(entered(stock_seen=seen, stock=text))
    assert {field: value for field, value in body.items() if field == "stock"} == expected


@pytest.mark.parametrize(
    ("pointer", "code", "field", "sentence"),
    [
        ("/name/fr", "required", "name_fr", "Enter a name in the program’s main language."),
        ("/name/fr", "too_long", "name_fr", "As the backend says"),
        ("/ends_on", "before_start", "ends_on", "As the backend says"),
        ("/picture", "not_found", "picture", "The picture is no longer there. Choose it once more."),
        ("/store_ids/1", "not_found", "store_ids", "One of these stores does not exist."),
        ("/value_cents", "too_large", "value", "As the backend says"),
        ("/is_active", "wrong_type", "paused", "As the backend says"),
    ],
)
def test_what_only_the_backend_knows_is_told_beside_its_field(
    pointer: str, code: str, field: str, sentence: str
) -> None:
    view = ProblemView(
        "/", "", 422, "", "/", "validation_failed", "", [FieldError(pointer, code, "As the backend says")]
    )
    form = entered()
    take_errors(form, BackendProblem(view, {}), "en")
    assert form.errors == {field: sentence}


@pytest.mark.parametrize(("example", "points"), [("1", "100"), ("3", "500"), ("0", ""), ("4", ""), ("x", ""), ("", "")])
def test_an_example_fills_the_form_in_all_languages(example: str, points: str) -> None:
    form = empty_form("en", example)
    assert form.text("points_required") == points
    assert bool(form.text("name_lb")) == bool(points)
