"""How often, and for how long, a booking is tried while others book on the same card."""

import asyncio
import random
from collections.abc import AsyncIterator

from backend.loyalty.ledger.metrics import CONFLICTS

TRIES = 60
PATIENCE_SECONDS = 7.0
"""For turns and tries together: less than the frontend waits for a response."""
PAUSE_SECONDS_MAX = 0.05


async def tries() -> AsyncIterator[float]:
    """Yields the moment at which trying ends. Between two tries is a pause that grows: another process is booking."""
    moment = asyncio.get_running_loop().time
    ends_at = moment() + PATIENCE_SECONDS
    for attempt in range(TRIES):
        yield ends_at
        if moment() >= ends_at:
            return
        CONFLICTS.inc()
        await asyncio.sleep(random.uniform(0, min(PAUSE_SECONDS_MAX, 0.002 * 2**attempt)))  # noqa: S311 - jitter
