"""Walks through the document."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


def objects(part: Any) -> Iterator[Json]:
    """Every JSON object in the part, the outer ones first."""
    waiting = [part]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def operations(document: Json) -> Iterator[Json]:
    for path_item in document["paths"].values():
        yield from (path_item[method] for method in METHODS if method in path_item)


def schemas(document: Json) -> dict[str, Json]:
    """Every schema that has a name."""
    named: dict[str, Json] = document["components"]["schemas"]
    return named
