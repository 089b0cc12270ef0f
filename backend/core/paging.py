"""Cursors for paged lists. They are signed for one list and expire after a day."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

from backend.core.keys import KeyRing
from backend.core.problems import Problem
from backend.core.schemas import ListOrder
from i18n.translator import N_

LIFETIME = timedelta(days=1)
MAC_BYTES = 16
PURPOSE = "cursor"
LIMIT_DEFAULT = 50
LIMIT_MAX = 200

PageLimit = Annotated[int, QueryParameter(ge=1, le=LIMIT_MAX, description="How many rows a page has at most.")]
PageCursor = Annotated[
    str | None, QueryParameter(description="`next_cursor` of the page before. Without it: the first page.")
]
PageOrder = Annotated[ListOrder, QueryParameter(name="order", description="Which rows come first.")]


class CursorExpired(Problem):
    code, status = "cursor_expired", 410
    title = N_("This list has changed")
    detail = N_("Please start again at the first page.")


class Position(msgspec.Struct, frozen=True, array_like=True):
    """The last row of a page."""

    key: Any
    """Its value in the column by which the list is sorted: a datetime, a number or a text."""
    id: UUID
    made_at: datetime


class Cursors:
    """`scope` names the list with its filters and its order; another list refuses the cursor."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def write(self, scope: str, key: Any, row_id: UUID, now: datetime) -> str:
        body = msgspec.msgpack.encode(Position(key, row_id, now))
        mac = self._keys.sign(PURPOSE, _signed(scope, body))[:MAC_BYTES]
        return base64.urlsafe_b64encode(mac + body).decode().rstrip("=")

    def read(self, scope: str, cursor: str | None, now: datetime) -> Position | None:
        """None for the first page. Raises CursorExpired for an expired, forged or another list's cursor."""
        if cursor is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
            position = msgspec.msgpack.decode(body, type=Position)
        except (binascii.Error, ValueError, msgspec.DecodeError) as error:
            raise CursorExpired from error
        if not self._keys.verify(PURPOSE, _signed(scope, body), mac) or position.made_at + LIFETIME < now:
            raise CursorExpired
        return position


def _signed(scope: str, body: bytes) -> bytes:
    return scope.encode() + b"|" + body
