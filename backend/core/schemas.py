"""Base classes of all schemas, and the schemas of pages and problems."""

from typing import Any, Generic, Literal, TypeVar

import msgspec

from backend.core.letters import LETTER

Row = TypeVar("Row")
Language = Literal["en", "fr", "de", "lb"]
ENDS_OF_LINES, TURNING = r"\n\r\x85\u2028\u2029", r"\u202d\u202e"
"""TURNING: characters that reverse the text after them, also that of the page around it."""
SAYS_SOMETHING = LETTER
"""A pattern for required texts: they must contain at least one visible letter or digit."""
ONE_LINE = rf"^[^{ENDS_OF_LINES}{TURNING}]*{SAYS_SOMETHING}[^{ENDS_OF_LINES}{TURNING}]*$(?!\n)"
"""A pattern for names: one line with at least one visible letter or digit."""
IN_ITS_DIRECTION = rf"^[^{TURNING}]*$(?!\n)"
STORABLE = r"^[^\x00]*$(?!\n)"
"""A pattern for words that are searched for: PostgreSQL refuses text that contains NUL."""


class Answer(msgspec.Struct):
    """Base of response bodies. Clients must ignore unknown fields."""


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """Base of request bodies. Unknown fields are refused, so that a misspelled field is not ignored."""


def sent_fields(body: Body) -> dict[str, Any]:
    """The fields of a JSON merge patch that were sent, with structs as dictionaries."""
    fields = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not msgspec.UNSET}
    return {
        name: msgspec.to_builtins(value) if isinstance(value, msgspec.Struct) else value
        for name, value in fields.items()
    }


class Page(msgspec.Struct, Generic[Row], frozen=True):
    """One page of a list."""

    data: list[Row]
    next_cursor: str | None
    has_more: bool


class FieldError(Answer, omit_defaults=True):
    pointer: str
    """JSON pointer into the request body, such as `/email`."""
    code: str
    detail: str


class ProblemView(Answer):
    """RFC 9457 problem details. `code` is stable; `title` and `detail` follow Accept-Language.

    Further members carry the facts of the refusal, such as `retry_at`, `tries_left` or `balance`.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[FieldError] = []
    remembered: bool = False
    """The problem is stored under the Idempotency-Key: another attempt needs a new key."""
