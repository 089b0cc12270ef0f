"""Submitted form values and their errors."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from types import MappingProxyType
from typing import TypeVar

import msgspec

from backend.core.field_messages import with_sentence
from backend.core.schemas import Body, FieldError
from backend.core.validation import schema_errors
from frontend.api.responses import BackendProblem
from frontend.kit.request import Request
from i18n.translator import get_translator
from i18n.unseen import clean_field

B = TypeVar("B", bound=Body)


class Form:
    """The fields as entered; they are rendered unchanged when a value is invalid."""

    def __init__(self, fields: Mapping[str, str], lists: Mapping[str, list[str]] | None = None) -> None:
        self.fields = dict(fields)
        self.lists = dict(lists or {})
        self.errors: dict[str, str] = {}

    def text(self, name: str) -> str:
        return self.fields.get(name, "").strip()

    def optional(self, name: str) -> str | None:
        return self.text(name) or None

    def many(self, name: str) -> list[str]:
        return self.lists.get(name, [])

    def end_key(self, problem: BackendProblem) -> None:
        """The next attempt gets a new idempotency key only when the old one can no longer book."""
        if problem.ends_key:
            self.fields["idem"] = ""


class FormError(Exception):
    """An invalid field that the frontend detects itself; the sentence is shown beside the field."""

    def __init__(self, field: str, sentence: str, errors: Sequence[FieldError] = ()) -> None:
        """`errors`: all that the schema of the body refuses."""
        super().__init__(field)
        self.field = field
        self.sentence = sentence
        self.errors = errors

    def sentences(self, language: str, own: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
        """By field. `own`: sentences of the form, marked for translation, that say more than those of the schema."""
        say = get_translator(language).gettext
        told = {field_of(error.pointer): with_sentence(error, language).detail for error in reversed(self.errors)}
        sentences = told or {self.field: self.sentence}
        return {field: say(own[field]) if field in own else sentence for field, sentence in sentences.items()}


async def read_form(request: Request) -> Form:
    data = await request.form()
    return _form_of(data.multi_items())


def read_query(request: Request) -> Form:
    """The query parameters as a form."""
    return _form_of(request.query_params.multi_items())


def _form_of(items: Iterable[tuple[str, object]]) -> Form:
    """Removes invisible characters before validation, as the API does."""
    fields = [(name, clean_field(name, value)) for name, value in items if isinstance(value, str)]
    lists: dict[str, list[str]] = {}
    for name, value in fields:
        lists.setdefault(name, []).append(value)
    return Form(dict(fields), lists)


FIELD_OF_CODE = {
    "CATEGORY_REQUIRED": "category_ids",
    "pin_required": "staff_pin",
    "pin_invalid": "staff_pin",
    "password_wrong": "password",
    "password_too_short": "password",
    "password_too_long": "password",
    "password_weak": "password",
    "second_factor_refused": "code",
    "pin_locked": "staff_pin",
    "pin_not_set": "staff_pin",
    "pin_disabled": "staff_pin",
    "pin_weak": "pin",
    "category_unknown": "category_ids",
    "order_reference_required": "order_reference",
    "order_reference_used": "order_reference",
}


def errors_of(problem: BackendProblem) -> dict[str, str]:
    """Sentences by field name; empty when the problem concerns the whole form."""
    if problem.code in FIELD_OF_CODE:
        return {FIELD_OF_CODE[problem.code]: problem.sentence}
    return {field_of(error.pointer): error.detail for error in reversed(problem.view.errors)}


def field_of(pointer: str) -> str:
    """The name that a form gives to the field of a body: `/store/name` is `store_name`, `/store_ids/0` `store_ids`."""
    steps = pointer.split("/")[1:]
    return "_".join(takewhile(lambda step: not step.isdecimal(), steps))


def body_of(schema: type[B], values: Mapping[str, object], sentence: str) -> B:
    """Raises FormError with the sentence for the first field that the schema refuses, and with all errors."""
    try:
        return msgspec.convert(values, schema)
    except msgspec.ValidationError as error:
        errors = schema_errors(dict(values), schema)
        raise FormError(field_of(errors[0].pointer), sentence, errors) from error
