"""Which statements sessions send."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Engine

COUNTED: ContextVar[list[str] | None] = ContextVar("counted", default=None)
POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy does not type it


@contextmanager
def statements() -> Iterator[list[str]]:
    """Those of all sessions that the block uses, itself or in tasks that it begins; one that runs for many rows is one.

    What a process does by itself every few seconds, such as its sign of life, is none of them.
    """
    asked: list[str] = []
    before = COUNTED.set(asked)

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if COUNTED.get() is asked:
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        COUNTED.reset(before)
        event.remove(Engine, "before_cursor_execute", note)
