"""Base classes of all schemas, and the schemas of pages and problems."""

from typing import Any, Generic, Literal, TypeVar

import msgspec

from backend.core.letters import LETTER

Row = TypeVar("Row")
ListOrder = Literal["newest", "oldest"]
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
    """Rows of this page, in the order of the list."""
    next_cursor: str | None
    """Send it as `after` to get the next page. Null on the last page. Valid for a day."""
    has_more: bool
    """True when more rows follow this page."""


class FieldError(Answer, omit_defaults=True):
    """What is wrong with one field of the request."""

    pointer: str
    """JSON pointer (RFC 6901) into the request body, such as `/stores/0/code`; empty for the whole body and for what is
    no part of it.
    """
    code: str
    """Stable code of the error, such as `required`, `too_long`, `not_one_of`, to choose a text of your own by."""
    detail: str = ""
    """One sentence for people, in the language of `Accept-Language`."""
    parameter: str = ""
    """Name of the parameter in query, header or path that is wrong; left out for fields of the body."""
    min: int | None = None
    """Least number, length of a text, or number of entries that is accepted."""
    max: int | None = None
    """Greatest number, length of a text, or number of entries that is accepted."""
    allowed: list[str] = []
    """All values that are accepted."""
    expected: str = ""
    """The type, as JSON Schema names it, or the format, such as `email`."""


class ProblemView(Answer):
    """A refusal as RFC 9457 problem details. Further members carry its facts, such as `retry_at`, `tries_left` or
    `balance`."""

    type: str
    """Address of the page about this code, relative to the API's host."""
    title: str
    """What happened, in a few words of the language of `Accept-Language`. Not stable."""
    status: int
    """The HTTP status of the response."""
    detail: str
    """What to do about it, in one sentence of the language of `Accept-Language`. Not stable."""
    instance: str
    """Path of the request that was refused."""
    code: str
    """Stable code of the problem. Decide by this member, never by texts."""
    request_id: str
    """Id of the request in the server's logs, to give to support."""
    errors: list[FieldError] = []
    """What is wrong with single fields of the request; empty for a problem that concerns no field."""
    remembered: bool = False
    """True when the refusal is stored under the `Idempotency-Key`, so that another attempt needs a new key."""
