"""Work on many rows at once in which one bad row fails alone."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from backend.core.outages import server_away

ItemT = TypeVar("ItemT")


async def by_halves(
    items: Sequence[ItemT],
    act: Callable[[Sequence[ItemT]], Awaitable[None]],
    fail: Callable[[ItemT, Exception], None],
) -> None:
    """Acts on all items at once; after an error on each half, down to the single items that fail.

    `act` is one transaction. What takes too long together may be quick enough in parts: a time limit halves, too.
    Raises what says of a single item that the database is away: that is not the item's fault.
    """
    try:
        await act(items)
    except Exception as error:
        if len(items) > 1:
            middle = len(items) // 2
            await by_halves(items[:middle], act, fail)
            await by_halves(items[middle:], act, fail)
        elif server_away(error):
            raise
        else:
            fail(items[0], error)
