import asyncio

import pytest


@pytest.fixture(scope="session")
async def loop() -> asyncio.AbstractEventLoop:
    """For what Hypothesis runs, which is not asynchronous."""
    return asyncio.get_running_loop()
