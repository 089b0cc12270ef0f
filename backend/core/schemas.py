"""Schemas every audience shares."""

from typing import Generic, Literal, TypeVar

import msgspec

Row = TypeVar("Row")
Language = Literal["en", "fr", "de", "lb"]
BLANK_LETTERS = r"\u115f\u1160\u2800\u3164\uffa0"
"""Letters by name that fill a place and show nothing: of Hangul, and of Braille."""
SAYS_SOMETHING = rf"[^\W_{BLANK_LETTERS}]"
"""A pattern for texts that must be written: blanks, invisible marks and dashes alone say nothing."""


class Answer(msgspec.Struct):
    """What the API shows. Clients must ignore fields they do not know."""


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """What the API takes. Unknown fields are refused, so that a misspelt one is never ignored."""


class Page(msgspec.Struct, Generic[Row], frozen=True):
    """One page of a list, newest first."""

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
    """The Idempotency-Key has this for its answer: trying otherwise takes a new one."""
