"""Settings out of the environment. What is wrong is one sentence that names the setting and never shows its value."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from environment.values import CHECK

PREFIX = "ORION_"
Settings = TypeVar("Settings", bound=msgspec.Struct)


class SettingsError(Exception):
    """One sentence that names the setting at fault; the process must not start."""


def name_of(field: str) -> str:
    return PREFIX + field.upper()


def given_values(kind: type[msgspec.Struct], environ: Mapping[str, str]) -> dict[str, str]:
    """By field. An empty value is none, as Compose and `.env` files write it."""
    values = {field: environ.get(name_of(field), "") for field in kind.__struct_fields__}
    return {field: value for field, value in values.items() if value.strip()}


def decode(kind: type[Settings], values: Mapping[str, str]) -> Settings:
    """Raises SettingsError."""
    wanted: dict[str, Any] = {field.name: field.type for field in inspect.type_info(kind).fields}  # type: ignore[attr-defined]
    checked = {field: _checked(field, wanted[field], value) for field, value in values.items()}
    try:
        return msgspec.convert(checked, kind, strict=False, dec_hook=lambda of, value: of(value))
    except msgspec.ValidationError as error:
        field = str(error).rpartition(" - at `$.")[2].rstrip("`")
        # Without its cause, which quotes the value.
        raise SettingsError(f"{name_of(field)} {_expected(wanted[field])}.") from None


def _checked(field: str, wanted: Any, value: str) -> str:
    if not isinstance(wanted, inspect.Metadata) or not wanted.extra:
        return value
    try:
        checked: str = wanted.extra[CHECK](value)
    except ValueError as error:
        raise SettingsError(f"{name_of(field)} {error}.") from None
    return checked


def _expected(wanted: Any) -> str:
    """In words, for what the library itself decodes."""
    match wanted:
        case inspect.IntType(ge=least, le=most):
            return f"must be a whole number from {least} to {most}"
        case inspect.BoolType():
            return "must be true or false"
        case inspect.LiteralType(values=words):
            return f"must be one of {', '.join(str(word) for word in words if word)}"
    return "cannot be read"
