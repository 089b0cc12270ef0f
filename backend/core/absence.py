"""Null in request bodies: for an optional field that clears nothing, it means the same as leaving the field out.

In a JSON merge patch null clears: there it is taken only by fields that can be cleared.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect


def leave_nulls_out(body: Any, annotation: Any) -> None:
    """Removes, in place, each null that stands for an absent field of the type. Bounded by the depth of the type."""
    _leave_out(body, _type_of(annotation))


@cache
def absent_when_null(struct: type[msgspec.Struct]) -> frozenset[str]:
    """The optional fields that do not take null by themselves."""
    return frozenset(field.encode_name for field in _fields(_type_of(struct)) if _is_absent_when_null(field))


@cache
def _type_of(annotation: Any) -> inspect.Type:
    return inspect.type_info(annotation)


def _leave_out(value: Any, kind: inspect.Type) -> None:
    if isinstance(value, dict):
        for field in _fields(kind):
            if field.encode_name not in value:
                continue
            if value[field.encode_name] is None and _is_absent_when_null(field):
                del value[field.encode_name]
            else:
                _leave_out(value[field.encode_name], field.type)
    elif isinstance(value, list):
        for listed in _choices(kind):
            if isinstance(listed, inspect.ListType):
                for entry in value:
                    _leave_out(entry, listed.item_type)


def _fields(kind: inspect.Type) -> Iterator[inspect.Field]:
    for choice in _choices(kind):
        if isinstance(choice, inspect.StructType):
            yield from choice.fields


def _choices(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    kind = kind.type if isinstance(kind, inspect.Metadata) else kind
    return kind.types if isinstance(kind, inspect.UnionType) else (kind,)


def _is_absent_when_null(field: inspect.Field) -> bool:
    # For UNSET msgspec tells no default.
    is_patch = field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
    takes_null = any(isinstance(choice, inspect.NoneType | inspect.AnyType) for choice in _choices(field.type))
    return not field.required and not is_patch and not takes_null
