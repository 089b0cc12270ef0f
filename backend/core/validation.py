"""All errors of a JSON value that does not fit its schema, with code, pointer and bounds. msgspec stops at the first.

A schema names what its pattern asks for by `Meta(pattern=…, extra={"format": "email"})`.
"""

import re
from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from msgspec import inspect

from backend.core.moments import has_moments, is_moment
from backend.core.schemas import FieldError

REQUIRED, WRONG_TYPE, UNKNOWN_FIELD, INVALID_FORMAT = "required", "wrong_type", "unknown_field", "invalid_format"
PATH = re.compile(r" - at `\$(.*?)`$")
STEP = re.compile(r"\.?([^.\[\]]+)")
NAMES: dict[type[inspect.Type], str] = {
    inspect.StrType: "string",
    inspect.IntType: "integer",
    inspect.FloatType: "number",
    inspect.BoolType: "boolean",
    inspect.ListType: "array",
    inspect.StructType: "object",
    inspect.DictType: "object",
}
"""As JSON Schema names them; all others are strings of some format."""
FORMATS: dict[type[inspect.Type], tuple[str, type]] = {
    inspect.DateTimeType: ("date-time", datetime),
    inspect.DateType: ("date", date),
    inspect.UUIDType: ("uuid", UUID),
}
PYTHON: dict[str, type | tuple[type, ...]] = {"string": str, "number": (int, float), "array": list, "object": dict}

type_info = lru_cache(maxsize=1024)(inspect.type_info)


def schema_errors(value: Any, schema: Any) -> list[FieldError]:
    """Empty when the value fits."""
    try:
        msgspec.convert(value, schema)
    except msgspec.ValidationError as error:
        info = type_info(schema)
        return list(errors_at("", value, info)) or [_error_by_path(str(error), info)]
    return list(errors_at("", value, type_info(schema))) if has_moments(schema) else []


def errors_at(pointer: str, value: Any, info: inspect.Type, text_format: str = "") -> Iterator[FieldError]:
    """The errors of a value at this JSON pointer, in the order of the schema."""
    if isinstance(info, inspect.Metadata):
        yield from errors_at(pointer, value, info.type, (info.extra or {}).get("format") or text_format)
    elif isinstance(info, inspect.UnionType):
        yield from _union_errors(pointer, value, info, text_format)
    elif isinstance(info, inspect.LiteralType | inspect.EnumType):
        allowed = info.values if isinstance(info, inspect.LiteralType) else tuple(each.value for each in info.cls)
        if value is None:
            yield FieldError(pointer, REQUIRED)
        elif value not in allowed:
            yield FieldError(pointer, "not_one_of", allowed=[str(each) for each in allowed])
    elif not isinstance(info, inspect.AnyType | inspect.NoneType):
        if is_of(value, info):
            yield from _errors_of_type(pointer, value, info, text_format)
        else:
            expected = NAMES.get(type(info), "string")
            yield FieldError(pointer, REQUIRED) if value is None else _wrong_type(pointer, expected)


def escaped(name: object) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


def is_of(value: Any, info: inspect.Type) -> bool:
    """Whether JSON's type of the value is the schema's."""
    name = NAMES.get(type(info), "string")
    if name == "boolean" or isinstance(value, bool):
        return name == "boolean" and isinstance(value, bool)
    return isinstance(value, int if name == "integer" else PYTHON[name])


def _wrong_type(pointer: str, expected: str) -> FieldError:
    return FieldError(pointer, WRONG_TYPE, expected=expected)


def _union_errors(pointer: str, value: Any, info: inspect.UnionType, text_format: str) -> Iterator[FieldError]:
    """Those of the one member that has the value's type. A union of several has no two members of one type."""
    members = [member for member in info.types if not isinstance(member, inspect.NoneType)]
    if value is None and len(members) < len(info.types):
        return
    fitting = members if len(members) == 1 else [member for member in members if is_of(value, _bare(member))]
    if fitting:
        yield from errors_at(pointer, value, fitting[0], text_format)
    else:
        yield _wrong_type(pointer, "|".join(NAMES.get(type(_bare(member)), "string") for member in members))


def _bare(info: inspect.Type) -> inspect.Type:
    return info.type if isinstance(info, inspect.Metadata) else info


def _errors_of_type(pointer: str, value: Any, info: inspect.Type, text_format: str) -> Iterator[FieldError]:
    if isinstance(info, inspect.StructType):
        yield from _struct_errors(pointer, value, info)
    elif isinstance(info, inspect.ListType | inspect.DictType):
        yield from _collection_errors(pointer, value, info)
    elif isinstance(info, inspect.StrType):
        yield from _text_errors(pointer, value, info, text_format)
    elif isinstance(info, inspect.IntType | inspect.FloatType):
        yield from _number_errors(pointer, value, info)
    elif type(info) in FORMATS:
        yield from _format_errors(pointer, value, info)


def _struct_errors(pointer: str, value: dict[str, Any], info: inspect.StructType) -> Iterator[FieldError]:
    for field in info.fields:
        place = pointer + escaped(field.encode_name)
        if field.encode_name in value:
            yield from errors_at(place, value[field.encode_name], field.type)
        elif field.required:
            yield FieldError(place, REQUIRED)
    if info.forbid_unknown_fields:
        known = {field.encode_name for field in info.fields}
        yield from (FieldError(pointer + escaped(name), UNKNOWN_FIELD) for name in value if name not in known)


def _collection_errors(pointer: str, value: Any, info: inspect.ListType | inspect.DictType) -> Iterator[FieldError]:
    if info.max_length is not None and len(value) > info.max_length:
        yield FieldError(pointer, "too_many", max=info.max_length)
    elif info.min_length is not None and len(value) < info.min_length:
        yield FieldError(pointer, "too_few", min=info.min_length)
    elif isinstance(info, inspect.ListType):
        for index, entry in enumerate(value):
            yield from errors_at(pointer + escaped(index), entry, info.item_type)
    else:
        for name, entry in value.items():
            yield from errors_at(pointer + escaped(name), entry, info.value_type)


def _text_errors(pointer: str, value: str, info: inspect.StrType, text_format: str) -> Iterator[FieldError]:
    is_short = info.min_length is not None and len(value) < info.min_length
    is_malformed = info.pattern is not None and not re.search(info.pattern, value)
    if (is_short or is_malformed) and not value.strip():
        yield FieldError(pointer, REQUIRED)
    elif info.max_length is not None and len(value) > info.max_length:
        yield FieldError(pointer, "too_long", max=info.max_length)
    elif is_short:
        yield FieldError(pointer, "too_short", min=info.min_length)
    elif is_malformed:
        yield FieldError(pointer, INVALID_FORMAT, expected=text_format)


def _number_errors(pointer: str, value: float, info: inspect.IntType | inspect.FloatType) -> Iterator[FieldError]:
    # Limits of integers only: `gt=0` is a least value of 1.
    least = info.ge if info.gt is None else info.gt + 1
    most = info.le if info.lt is None else info.lt - 1
    if least is not None and value < least:
        yield FieldError(pointer, "too_small", min=int(least), max=None if most is None else int(most))
    elif most is not None and value > most:
        yield FieldError(pointer, "too_large", min=None if least is None else int(least), max=int(most))


def _format_errors(pointer: str, value: str, info: inspect.Type) -> Iterator[FieldError]:
    name, kind = FORMATS[type(info)]
    if not value.strip():
        yield FieldError(pointer, REQUIRED)
        return
    try:
        found: Any = msgspec.convert(value, kind)
    except msgspec.ValidationError:
        yield FieldError(pointer, INVALID_FORMAT, expected=name)
        return
    if is_moment(info) and (found.tzinfo is None or found.year in {MINYEAR, MAXYEAR}):
        yield FieldError(pointer, INVALID_FORMAT, expected=name)


def _error_by_path(reason: str, info: inspect.Type) -> FieldError:
    """What a schema checks in `__post_init__`. It raises ValueError("… - at `$.email`")."""
    path = PATH.search(reason)
    steps = STEP.findall(path[1]) if path else []
    fields = info.fields if isinstance(info, inspect.StructType) else ()
    metadata = next((field.type for field in fields if [field.encode_name] == steps), None)
    members = metadata.types if isinstance(metadata, inspect.UnionType) else (metadata,)
    formats = [(each.extra or {}).get("format") or "" for each in members if isinstance(each, inspect.Metadata)]
    return FieldError("".join(map(escaped, steps)), INVALID_FORMAT, expected=next(iter(formats), ""))
