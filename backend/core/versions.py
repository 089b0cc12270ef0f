"""Optimistic concurrency: `ETag` of a row, and `If-Match` of the request that changes it (RFC 9110, 13.1.1)."""

from datetime import datetime
from typing import Annotated, Protocol, TypeVar

from litestar import Response

from backend.core.openapi.headers import RequiredHeader
from backend.core.problems import Problem
from i18n.translator import N_

IfMatch = Annotated[
    str | None,
    RequiredHeader(name="If-Match", description="The `ETag` of what is changed, as last read."),
]


class PreconditionRequired(Problem):
    code, status = "precondition_required", 428
    title = N_("The If-Match header is missing")
    detail = N_("Send the ETag that came with what you change, so that nobody’s change is lost.")


class Stale(Problem):
    code, status = "stale", 412
    title = N_("Somebody else has changed this meanwhile")
    detail = N_("Look at their change before you save yours.")
    version: int
    """Version of the row now."""
    changed_at: datetime | None
    """When it was last changed (UTC). Null: not known."""
    changed_by: str | None
    """Name of the person who changed it. Null: not known."""


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


ViewT = TypeVar("ViewT", bound=Versioned)


def etag(version: int) -> dict[str, str]:
    """The header of a response."""
    return {"ETag": f'"{version}"'}


def versioned(view: ViewT) -> Response[ViewT]:
    """The response with the ETag of its row."""
    return Response(view, headers=etag(view.version))


def is_current(if_match: str | None, version: int) -> bool:
    """Whether the header names the version. Raises PreconditionRequired without the header."""
    if not if_match:
        raise PreconditionRequired
    expected = {tag.strip() for tag in if_match.split(",")}
    return not expected.isdisjoint({"*", f'"{version}"'})
