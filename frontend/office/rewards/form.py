"""The form of a reward: its fields as texts, and what is entered as the body of the API's request."""

from collections.abc import Callable, Mapping
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

NAME_MAX, DESCRIPTION_MAX = 100, 500
POINTS_MAX, STOCK_MAX, LIMIT_MAX = 1_000_000, 1_000_000, 1_000
WRONG = N_("Check this value.")
SENTENCES = {
    "/ends_on": N_("The last day is before the first."),
    "/picture": N_("The picture is no longer there. Choose it once more."),
    "/store_ids": N_("One of these stores does not exist."),
}
"""For errors that only the backend can know."""

B = TypeVar("B", bound=Body)
Values = dict[str, Any]


def empty_form(language: str, example: int | None = None) -> Form:
    """`example`: the number of one of EXAMPLES, from 1, as a start."""
    if example is None or not 1 <= example <= len(EXAMPLES):
        return Form({})
    points, cents, name, description = EXAMPLES[example - 1]
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


def draft_of(form: Form, language: str) -> RewardDraft | None:
    """None when a field is invalid; `form.errors` then has a sentence for each."""
    values = _values(form, language)
    return _body(RewardDraft, values, form, language)


def change_of(form: Form, language: str) -> RewardChange | None:
    """As `draft_of`. The stock is sent only when somebody has changed it, because sales change it meanwhile."""
    values = _values(form, language)
    if form.text("stock") == form.text("stock_seen"):
        del values["stock"]
    return _body(RewardChange, values, form, language)


def take_errors(form: Form, problem: BackendProblem, language: str) -> None:
    """The backend's errors beside their fields."""
    say = get_translator(language).gettext
    for error in problem.view.errors:
        field = error.pointer.strip("/").replace("/", "_")
        if error.pointer.startswith("/store_ids"):
            field, sentence = "store_ids", SENTENCES["/store_ids"]
        elif error.pointer.startswith("/name/") and error.code == "required":
            sentence = N_("Enter a name in the program’s main language.")
        else:
            sentence = SENTENCES.get(error.pointer, WRONG)
        form.errors[field] = say(sentence)


def stored_differences(form: Form, current: RewardDetail, language: str) -> dict[str, str]:
    """By field: the value that is stored now, where the form has another one."""
    stored = form_of(current, language)
    names = [name for name in stored.fields if name not in {"version", "stock_seen", "stock"}]
    changed = {name: stored.text(name) for name in names if stored.text(name) != form.text(name)}
    if form.text("stock") not in {form.text("stock_seen"), stored.text("stock")}:
        changed["stock"] = stored.text("stock")
    if sorted(stored.many("store_ids")) != sorted(form.many("store_ids")):
        changed["store_ids"] = ""
    return changed


def _values(form: Form, language: str) -> Values:
    say = get_translator(language).gettext
    if not any(form.text(f"name_{text_language}") for text_language in LANGUAGES):
        form.errors[f"name_{LANGUAGES[0]}"] = say(N_("Enter a name in at least one language."))
    return {
        "name": _texts(form, "name", NAME_MAX, say),
        "description": _texts(form, "description", DESCRIPTION_MAX, say),
        "points_required": _number(form, "points_required", 1, POINTS_MAX, say),
        "value_cents": _cents(form, say),
        "stock": _number(form, "stock", 0, STOCK_MAX, say, is_optional=True),
        "limit_per_card": _number(form, "limit_per_card", 1, LIMIT_MAX, say, is_optional=True),
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
    return {language: text for language, text in texts.items() if text}


def _number(
    form: Form, name: str, least: int, most: int, say: Callable[..., str], *, is_optional: bool = False
) -> int | None:
    text = form.text(name)
    if not text and is_optional:
        return None
    if not text.isascii() or not text.isdecimal() or not least <= int(text[:12]) <= most:
        form.errors[name] = say(N_("Enter a whole number from %(least)s to %(most)s."), least=least, most=most)
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
        pointer = str(error).partition("$.")[2].rstrip("`")
        form.errors[pointer.replace(".", "_").split("[")[0]] = get_translator(language).gettext(WRONG)
        return None


def _shown(value: object) -> str:
    return "" if value is None else str(value)
