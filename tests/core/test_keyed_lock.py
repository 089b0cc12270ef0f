"""One at a time for each key."""

import asyncio

import pytest

from backend.core.keyed_lock import KeyedLock
from tests.world.patience import PATIENCE_SECONDS


async def test_those_with_one_key_go_one_at_a_time_in_the_order_they_came() -> None:
    turns, order = KeyedLock(), list[str]()

    async def go(name: str) -> None:
        async with turns.of("card"):
            order.append(f"{name} in")
            await asyncio.sleep(0)
            order.append(f"{name} out")

    await asyncio.gather(*(go(name) for name in "abc"))
    assert order == ["a in", "a out", "b in", "b out", "c in", "c out"]


async def test_other_keys_do_not_wait() -> None:
    turns = KeyedLock()
    async with turns.of("one card"), asyncio.timeout(PATIENCE_SECONDS), turns.of("another card"):
        pass


async def test_a_caller_who_gives_up_waiting_holds_nobody_up_and_nothing_is_kept() -> None:
    turns = KeyedLock()

    async def wait() -> None:
        async with turns.of("card"):
            pass

    async with turns.of("card"):
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with asyncio.timeout(PATIENCE_SECONDS), turns.of("card"):
        pass
    assert turns._locks == {}


async def test_a_failure_ends_the_turn() -> None:
    turns = KeyedLock()
    with pytest.raises(ValueError, match="no"):
        async with turns.of("card"):
            raise ValueError("no")
    assert turns._locks == {}
