"""The form of a reward: its fields as texts, and what is entered as the body of the API's request."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec

from backend.core.schemas import Body
from backend.loyalty.rewards.schemas import RewardChange, RewardDetail, RewardDraft
from frontend.api.client import BackendProblem
from frontend.kit.forms import Form
from frontend.office.rewards.messages import EXAMPLES
from i18n.formatting import get_formatter
from i18n.locales import LANGUAGES
from i18n.money import AmountError, parse_amount
from i18n.translator import N_, get_translator
from i18n.unseen import CONTROL

NAME_MAX, DESCRIPTION_MAX = 100, 500
POINTS_MAX, STOCK_MAX, LIMIT_MAX = 1_000_000, 1_000_000, 1_000
DIGITS_MAX = 12
"""More than any number needs; Python refuses to read very many."""
WRONG = N_("Check this value.")
SENTENCES = {
    "/ends_on": N_("The last day is before the first."),
    "/picture": N_("The picture is no longer there. Choose it once more."),
    "/store_ids": N_("One of these stores does not exist."),
}
"""For errors that only the backend can know."""
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
        "stock": _shown(reward.stock),
        "stock_seen": _shown(reward.stock),
        "limit_per_card": _shown(reward.limit_per_card),
        "starts_on": _shown(reward.starts_on),
        "ends_on": _shown(reward.ends_on),
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
    """As `draft_of`. The stock is sent only when somebody has changed it, because sales change it meanwhile."""
    values = values_of(form, language)
    _check_names(form, language, text_languages)
    if is_stock_untouched(form):
        del values["stock"]
    return _body(RewardChange, values, form, language)


def take_errors(form: Form, problem: BackendProblem, language: str) -> None:
    """The backend's errors beside their fields."""
    say = get_translator(language).gettext
    for error in problem.view.errors:
        field = field_of(error.pointer.strip("/").replace("/", "_"))
        if error.pointer.startswith("/store_ids"):
            field, sentence = "store_ids", SENTENCES["/store_ids"]
        elif error.pointer.startswith("/name/") and error.code == "required":
            sentence = N_("Enter a name in the program’s main language.")
        else:
            sentence = SENTENCES.get(error.pointer, WRONG)
        form.errors[field] = say(sentence)


def is_stock_untouched(form: Form) -> bool:
    return form.text("stock") == form.text("stock_seen")


def _check_names(form: Form, language: str, text_languages: Sequence[str]) -> None:
    if not any(form.text(f"name_{code}") for code in text_languages):
        sentence = get_translator(language).gettext(N_("Enter a name in at least one language."))
        form.errors[f"name_{text_languages[0]}"] = sentence


def values_of(form: Form, language: str) -> Values:
    say = get_translator(language).gettext
    return {
        "name": _texts(form, "name", NAME_MAX, say),
        "description": _texts(form, "description", DESCRIPTION_MAX, say),
        "points_required": _number(form, "points_required", 1, POINTS_MAX, language),
        "value_cents": _cents(form, say),
        "stock": _number(form, "stock", 0, STOCK_MAX, language, is_optional=True),
        "limit_per_card": _number(form, "limit_per_card", 1, LIMIT_MAX, language, is_optional=True),
        "store_ids": form.many("store_ids"),
        "starts_on": _day(form, "starts_on", say),
        "ends_on": _day(form, "ends_on", say),
        "picture": None if form.text("remove_picture") else form.optional("picture"),
        "is_active": not form.text("paused"),
    }


def _texts(form: Form, name: str, longest: int, say: Callable[..., str]) -> dict[str, str]:
    texts = {language: form.text(f"{name}_{language}") for language in LANGUAGES}
    for language, text in texts.items():
        if len(text) > longest:
            form.errors[f"{name}_{language}"] = say(N_("This text is too long."))
        elif CONTROL.search(text):
            form.errors[f"{name}_{language}"] = say(WRONG)
    return {language: text for language, text in texts.items() if text}


def _number(form: Form, name: str, least: int, most: int, language: str, *, is_optional: bool = False) -> int | None:
    text = form.text(name)
    if not text and is_optional:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX and least <= int(text) <= most):
        say, number = get_translator(language).gettext, get_formatter(language).number
        sentence = N_("Enter a whole number from %(least)s to %(most)s.")
        form.errors[name] = say(sentence, least=number(least), most=number(most))
        return None
    return int(text)


def _cents(form: Form, say: Callable[..., str]) -> int:
    try:
        return parse_amount(form.text("value"))
    except AmountError as error:
        if error.reason not in {"empty", "zero"}:
            form.errors["value"] = say(N_("Enter the amount, like 12,50."))
        return 0


def _day(form: Form, name: str, say: Callable[..., str]) -> date | None:
    text = form.text(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        form.errors[name] = say(N_("Enter a date."))
        return None


def _body(schema: type[B], values: Mapping[str, object], form: Form, language: str) -> B | None:
    if form.errors:
        return None
    try:
        return msgspec.convert(values, schema)
    except msgspec.ValidationError as error:
        pointer = str(error).rpartition("$.")[2].rstrip("`")
        form.errors[field_of(pointer.replace(".", "_").split("[")[0])] = get_translator(language).gettext(WRONG)
        return None


def field_of(name: str) -> str:
    return FIELDS.get(name, name)


def _shown(value: object) -> str:
    return "" if value is None else str(value)
