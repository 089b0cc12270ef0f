"""Times in requests that are moments: with a zone, and within the calendar also in UTC."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

from msgspec import Meta, inspect

Moment = Annotated[datetime, Meta(tz=True)]


@lru_cache(maxsize=1024)
def has_moments(schema: Any) -> bool:
    """Whether msgspec, which takes moments at both ends of the calendar, cannot judge values of the schema alone."""
    return any(map(is_moment, _parts(inspect.type_info(schema), set())))


def is_moment(info: inspect.Type) -> bool:
    return isinstance(info, inspect.DateTimeType) and info.tz is True


def _parts(info: inspect.Type, known: set[type]) -> Iterator[inspect.Type]:
    yield info
    inner: list[inspect.Type] = []
    if isinstance(info, inspect.Metadata):
        inner = [info.type]
    elif isinstance(info, inspect.UnionType):
        inner = list(info.types)
    elif isinstance(info, inspect.ListType):
        inner = [info.item_type]
    elif isinstance(info, inspect.DictType):
        inner = [info.value_type]
    elif isinstance(info, inspect.StructType) and info.cls not in known:
        known.add(info.cls)
        inner = [field.type for field in info.fields]
    for part in inner:
        yield from _parts(part, known)
