"""Base classes of all schemas, and the schemas of pages and problems."""

from typing import Any, Generic, Literal, TypeVar

import msgspec

Row = TypeVar("Row")
Language = Literal["en", "fr", "de", "lb"]
BLANK_LETTERS = r"\u115f\u1160\u2800\u3164\uffa0"
"""Unicode letters that show nothing: Hangul fillers and the blank Braille pattern."""
ENDS_OF_LINES, TURNING = r"\n\r\x85\u2028\u2029", r"\u202d\u202e"
"""TURNING: characters that reverse the text after them, also that of the page around it."""
SAYS_SOMETHING = rf"[^\W_{BLANK_LETTERS}]"
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
    """JSON pointer (RFC 6901) into the request body, such as `/stores/0/code`; empty for the whole body and for what is
    no part of it.
    """
    code: str
    """Such as `required`, `too_long`, `not_one_of`. Stable."""
    detail: str = ""
    """A sentence for the person who has entered the value, in the reader's language."""
    parameter: str = ""
    """The name of the parameter in query, header or path that is wrong."""
    min: int | None = None
    max: int | None = None
    """Bounds of a number, of a text's length, or of the number of entries."""
    allowed: list[str] = []
    """All values that are accepted."""
    expected: str = ""
    """The type, as JSON Schema names it, or the format, such as `email`."""


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
