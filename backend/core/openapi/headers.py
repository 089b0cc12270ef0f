"""Headers in the document: what guards read and send, and what answers carry."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from litestar.datastructures import ResponseHeader
from litestar.openapi.spec import OpenAPIHeader, Reference, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import HeaderParameter
from litestar.types import Guard

from backend.core.openapi.walk import Json, objects

GuardT = TypeVar("GuardT", bound=Guard)
READS, SENDS = "reads", "sends"
RATE_LIMIT = ("RateLimit", "RateLimit-Policy")
SENT = {
    "Allow": "The methods that the address takes",
    "Content-Language": "The language of `title` and `detail`",
    "Deprecation": "Since when the operation is deprecated, as Unix time: `@1796083200`",
    "ETag": "The version of the answer: for `If-Match`, or for `If-None-Match`",
    "Idempotency-Replayed": "`true` when this is the first answer to the key again",
    "Location": "The address of what was created",
    "RateLimit": 'What is left of the limit, and seconds until it is full again: `"earn";r=59;t=41`',
    "RateLimit-Policy": 'The limit of this caller, and its window in seconds: `"earn";q=60;w=60`',
    "Request-Id": "Names the request in the logs: the client’s own `Request-Id` where that is a UUID",
    "Retry-After": "Seconds to wait before the next attempt",
    "Sunset": "The day on which the operation may be missing, as an HTTP date",
    "WWW-Authenticate": "The kind of token that is needed",
}
"""Every header of answers that clients may rely on."""


class RequiredHeader(HeaderParameter):
    """A header whose absence the handler itself refuses, with a problem of its own."""


def shared_headers() -> dict[str, OpenAPIHeader | Reference]:
    return {name: _header(name, about) for name, about in SENT.items()}


def sent(names: Iterable[str]) -> dict[str, OpenAPIHeader | Reference]:
    """The headers of one response, as references to the shared ones."""
    return {name: Reference(f"#/components/headers/{name}") for name in sorted(set(names))}


def drop_unused_headers(document: Json) -> None:
    """Shared headers that no response of the document refers to, such as those of deprecated operations."""
    used = {each["$ref"] for each in objects(document["paths"]) if "$ref" in each}
    headers = document["components"]["headers"]
    for name in [name for name in headers if f"#/components/headers/{name}" not in used]:
        del headers[name]


def sends(*names: str) -> list[ResponseHeader]:
    """What a handler adds to its answer by itself."""
    return [ResponseHeader(name=name, documentation_only=True) for name in names]


def tells(*, reads: tuple[HeaderParameter, ...] = (), sends: tuple[str, ...] = ()) -> Callable[[GuardT], GuardT]:
    """Marks a guard with the headers that it reads, and with those that it adds to answers."""

    def mark(guard: GuardT) -> GuardT:
        vars(guard).update({READS: reads, SENDS: sends})
        return guard

    return mark


def marked_headers(guards: Iterable[Guard], what: str) -> Iterator[Any]:
    """What the guards are marked with; `what` is READS or SENDS."""
    for guard in guards:
        yield from getattr(guard, what, ())


def _header(name: str, about: str) -> OpenAPIHeader:
    kind = OpenAPIType.INTEGER if name == "Retry-After" else OpenAPIType.STRING
    return OpenAPIHeader(schema=Schema(type=kind), description=about)
