"""Headers of answers: the next page of a list, the address of what was created, and the tag of what is polled."""

import hashlib
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from litestar import Request, Response
from litestar.response.base import ASGIResponse

from backend.core.schemas import Page

LOCATION = "location"
"""In the `opt` of what creates something: its address, with names of the answer's fields in braces. Things without an
address of their own have none: sessions, challenges, codes, holds, merges and what is changed under another thing.
"""
CONDITIONAL = "conditional"
"""In the `opt` of what callers ask for again and again: an unchanged answer is 304."""
CREATED, NOT_MODIFIED, SUCCESS = 201, 304, 200
UNCHANGED = "The answer is still the one that `If-None-Match` names"
VARY = "Accept-Language, Authorization, X-Store-Code"

ContentT = TypeVar("ContentT")


class ApiResponse(Response[ContentT], Generic[ContentT]):
    """The response to a handler that returns its answer alone."""

    def to_asgi_response(
        self, app: Any, request: Request[Any, Any, Any], *, status_code: int | None = None, **options: Any
    ) -> ASGIResponse:
        opt: dict[str, Any] = request.scope["route_handler"].opt
        status = self.status_code or status_code
        if isinstance(self.content, Page) and self.content.next_cursor is not None:
            self.headers["Link"] = next_link(request, self.content.next_cursor)
        if LOCATION in opt and status == CREATED:
            self.headers["Location"] = location_of(opt[LOCATION], self.content)
        is_conditional = opt.get(CONDITIONAL, False) and status == SUCCESS
        if is_conditional:
            self.headers |= {"Cache-Control": "private, no-cache", "Vary": VARY}
        answer = super().to_asgi_response(app, request, status_code=status_code, **options)
        return _validated(request, answer) if is_conditional else answer


def next_link(request: Request[Any, Any, Any], cursor: str) -> str:
    """The value of `Link` (RFC 8288): the same list from the next page on."""
    asked = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    query = [(name, value) for name, value in asked if name != "after"]
    return f'<{request.scope["path"]}?{urlencode([*query, ("after", cursor)])}>; rel="next"'


def location_of(template: str, content: object) -> str:
    fields = {name: quote(str(getattr(content, name)), safe="") for name in _names(content)}
    return template.format_map(fields)


def _names(content: object) -> tuple[str, ...]:
    names: tuple[str, ...] = getattr(content, "__struct_fields__", ())
    return names


def weak_etag(body: bytes) -> str:
    """Weak: the same answer may be sent compressed or not (RFC 9110, 8.8.1)."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'


def matches(if_none_match: str | None, tag: str) -> bool:
    """The weak comparison of RFC 9110, 13.1.2."""
    known = {each.strip().removeprefix("W/") for each in (if_none_match or "").split(",")}
    return not known.isdisjoint({"*", tag.removeprefix("W/")})


def _validated(request: Request[Any, Any, Any], answer: ASGIResponse) -> ASGIResponse:
    tag = weak_etag(answer.body)
    answer.headers["ETag"] = tag
    if not matches(request.headers.get("if-none-match"), tag):
        return answer
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in BODY_HEADERS}
    return ASGIResponse(body=b"", status_code=NOT_MODIFIED, headers=headers)


BODY_HEADERS = {"content-length", "content-type"}
