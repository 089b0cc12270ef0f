"""Reads settings from environment variables, or from files that they name. An error is one sentence that names the
setting, never its value."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from environment.values import CHECK, CODE, LENGTH

PREFIX = "ORION_"
FILE = "_FILE"
"""Of a name: the value is what the file at that path contains, as Docker and systemd hand out secrets."""
SettingsT = TypeVar("SettingsT", bound=msgspec.Struct)


class SettingsError(Exception):
    """One sentence that names the invalid setting; the process must not start.

    `field` and the stable `code` say the same to programs, with the facts of the requirement.
    """

    def __init__(self, sentence: str, *, field: str = "", code: str = "invalid", **facts: int | str | None) -> None:
        super().__init__(sentence)
        self.field, self.code, self.facts = field, code, facts


def name_of(field: str) -> str:
    return PREFIX + field.upper()


def given_values(kind: type[msgspec.Struct], environ: Mapping[str, str]) -> dict[str, str]:
    """Set values by field. An empty value counts as not set, as in Compose and `.env` files.

    Raises SettingsError for a file that cannot be read, and for a value that is given twice.
    """
    values = {field: _given(name_of(field), environ) for field in kind.__struct_fields__}
    return {field: value for field, value in values.items() if value.strip()}


def _given(name: str, environ: Mapping[str, str]) -> str:
    value, path = environ.get(name, ""), environ.get(name + FILE, "")
    if not path.strip():
        return value
    if value.strip():
        raise SettingsError(f"{name} and {name}{FILE} are both set: remove one.")
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SettingsError(f"{name}{FILE}: the file cannot be read ({reason}).") from None


def decode(kind: type[SettingsT], values: Mapping[str, str]) -> SettingsT:
    """Raises SettingsError."""
    types: dict[str, Any] = {field.name: field.type for field in inspect.type_info(kind).fields}  # type: ignore[attr-defined]
    checked = {field: _checked(field, types[field], value) for field, value in values.items()}
    try:
        return msgspec.convert(checked, kind, strict=False, dec_hook=lambda of, value: of(value))
    except msgspec.ValidationError as error:
        field = str(error).rpartition(" - at `$.")[2].rstrip("`")
        # `from None`: the cause quotes the value.
        sentence, code, facts = _expected(types[field])
        raise SettingsError(f"{name_of(field)} {sentence}.", field=field, code=code, **facts) from None


def _checked(field: str, field_type: Any, value: str) -> str:
    if not isinstance(field_type, inspect.Metadata) or not field_type.extra:
        return value
    length_max: int = field_type.extra[LENGTH]
    if len(value.strip()) > length_max:
        sentence = f"{name_of(field)} must have at most {length_max} characters."
        raise SettingsError(sentence, field=field, code="too_long", most=length_max)
    try:
        checked: str = field_type.extra[CHECK](value)
    except ValueError as error:
        raise SettingsError(f"{name_of(field)} {error}.", field=field, code=field_type.extra[CODE]) from None
    return checked


def _expected(field_type: Any) -> tuple[str, str, dict[str, int | str | None]]:
    """What a value must be, for the types that msgspec decodes: in words, as a code, and the code's facts."""
    match field_type:
        case inspect.IntType(ge=least, le=most):
            return f"must be a whole number from {least} to {most}", "whole_number", {"least": least, "most": most}
        case inspect.BoolType():
            return "must be true or false", "boolean", {}
        case inspect.LiteralType(values=words):
            choices = ", ".join(str(word) for word in words if word)
            return f"must be one of {choices}", "one_of", {"choices": choices}
    return "cannot be read", "invalid", {}
