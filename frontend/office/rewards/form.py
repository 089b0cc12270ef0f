"""The form of a reward: its fields as texts, and what is entered as the body of the API's request."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from backend.core.schemas import Body
from backend.loyalty.rewards.schemas import RewardChange, RewardDetail, RewardDraft
from frontend.api.responses import BackendProblem
from frontend.kit.fields import Fields, shown
from frontend.kit.forms import Form, FormError, body_of, field_of
from frontend.office.rewards.messages import EXAMPLES
from i18n.formatting import get_formatter
from i18n.locales import LANGUAGES
from i18n.translator import N_, get_translator

NAME_MAX, DESCRIPTION_MAX = 100, 500
POINTS_MAX, STOCK_MAX, LIMIT_MAX = 1_000_000, 1_000_000, 1_000
SENTENCES = {
    "/name": N_("Enter a name in the program’s main language."),
    "/picture": N_("The picture is no longer there. Choose it once more."),
    "/store_ids": N_("One of these stores does not exist."),
}
"""For errors that only the backend can know, where the form says more."""
FIELDS = {"value_cents": "value", "is_active": "paused"}
"""Names of the form's fields where the API has other ones."""

B = TypeVar("B", bound=Body)
Values = dict[str, Any]


def empty_form(language: str, example: str = "") -> Form:
    """`example`: the number of one of EXAMPLES, from 1, as a start. An unknown one is ignored."""
    if example not in map(str, range(1, len(EXAMPLES) + 1)):
        return Form({})
    points, cents, name, description = EXAMPLES[int(example) - 1]
    fields = {"points_required": str(points), "value": get_formatter(language).plain_amount(cents)}
    for text_language in LANGUAGES:
        say = get_translator(text_language).gettext
        fields |= {f"name_{text_language}": say(name), f"description_{text_language}": say(description)}
    return Form(fields)


def form_of(reward: RewardDetail, language: str) -> Form:
    fields = {
        "version": str(reward.version),
        "points_required": str(reward.points_required),
        "value": get_formatter(language).plain_amount(reward.value_cents) if reward.value_cents else "",
        "stock": shown(reward.stock),
        "stock_seen": shown(reward.stock),
        "limit_per_card": shown(reward.limit_per_card),
        "starts_on": shown(reward.starts_on),
        "ends_on": shown(reward.ends_on),
        "picture": reward.picture or "",
        "paused": "" if reward.is_active else "on",
    }
    for text_language in LANGUAGES:
        fields[f"name_{text_language}"] = reward.name.get(text_language, "")
        fields[f"description_{text_language}"] = reward.description.get(text_language, "")
    return Form(fields, {"store_ids": [str(store_id) for store_id in reward.store_ids]})


def draft_of(form: Form, language: str, text_languages: Sequence[str]) -> RewardDraft | None:
    """None when a field is invalid; `form.errors` then has a sentence for each.

    `text_languages`: in the order in which the form has them.
    """
    values = values_of(form, language)
    _check_names(form, language, text_languages)
    return _body(RewardDraft, values, form, language)


def change_of(form: Form, language: str, text_languages: Sequence[str]) -> RewardChange | None:
    """Like `draft_of`. Omits the stock unless the user changed it, because sales also change it."""
    values = values_of(form, language)
    _check_names(form, language, text_languages)
    if is_stock_untouched(form):
        del values["stock"]
    return _body(RewardChange, values, form, language)


def take_errors(form: Form, problem: BackendProblem, language: str) -> None:
    """The backend's errors beside their fields."""
    own = {pointer: get_translator(language).gettext(sentence) for pointer, sentence in SENTENCES.items()}
    for error in problem.view.errors:
        field = form_field(field_of(error.pointer))
        is_name = error.pointer.startswith("/name/") and error.code == "required"
        form.errors[field] = own.get("/name" if is_name else f"/{field}", error.detail)


def is_stock_untouched(form: Form) -> bool:
    return form.text("stock") == form.text("stock_seen")


def _check_names(form: Form, language: str, text_languages: Sequence[str]) -> None:
    if not any(form.text(f"name_{code}") for code in text_languages):
        Fields(form, language).refuse(f"name_{text_languages[0]}", N_("Enter a name in at least one language."))


def values_of(form: Form, language: str) -> Values:
    fields = Fields(form, language)
    return {
        "name": fields.texts("name", NAME_MAX),
        "description": fields.texts("description", DESCRIPTION_MAX),
        "points_required": fields.number("points_required", 1, POINTS_MAX),
        "value_cents": fields.cents("value"),
        "stock": fields.number("stock", 0, STOCK_MAX, is_optional=True),
        "limit_per_card": fields.number("limit_per_card", 1, LIMIT_MAX, is_optional=True),
        "store_ids": form.many("store_ids"),
        "starts_on": fields.day("starts_on"),
        "ends_on": fields.day("ends_on"),
        "picture": None if form.text("remove_picture") else form.optional("picture"),
        "is_active": not form.text("paused"),
    }


def _body(schema: type[B], values: Mapping[str, object], form: Form, language: str) -> B | None:
    if form.errors:
        return None
    try:
        return body_of(schema, values, "")
    except FormError as error:
        form.errors |= {form_field(field): sentence for field, sentence in error.sentences(language).items()}
        return None


def form_field(name: str) -> str:
    return FIELDS.get(name, name)
