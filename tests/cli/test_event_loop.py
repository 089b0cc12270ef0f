"""Lookups of names by commands."""

import asyncio

import pytest

from backend.cli import event_loop


@pytest.mark.parametrize("host", ["a" * 64, "nobody.invalid"], ids=["no DNS can hold it", "nobody has it"])
def test_a_name_that_cannot_be_looked_up_fails_at_once_and_does_not_hang(host: str) -> None:
    async def connect() -> None:
        async with asyncio.timeout(30):
            await asyncio.open_connection(host, 5432)

    with pytest.raises((OSError, UnicodeError)) as failed:
        event_loop.run(connect())
    assert not isinstance(failed.value, TimeoutError)
