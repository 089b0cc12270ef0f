"""Kills a backend process at every moment of a sale.

`python -m tests.doubles.dying TOKEN CARD_ID KEY PIN STATEMENTS` runs one sale per process. The processes are killed by
SIGKILL before each statement, while it runs, and after the answer. The sale of moment 7 has the key KEY-7.
"""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from enum import IntEnum
from typing import Any

import asyncpg
import httpx
from litestar import Litestar

from backend.app import create_api
from backend.core.middleware import RequestMiddleware
from backend.core.settings import load_settings
from backend.staff_pins import actions as staff_pins
from tests.world.asgi import asgi_transport


class When(IntEnum):
    BEFORE = 0
    UNDER_WAY = 1
    AFTER = 2


def main() -> None:
    token, card_id, key, pin, statements = sys.argv[1:]
    # Otherwise the PIN attempt of a killed process would delay the next one; PIN tests cover that.
    staff_pins.TURN = timedelta(0)
    api = create_api(load_settings())
    for moment in range(len(When) * int(statements)):
        child = os.fork()
        if child == 0:
            asyncio.run(sell(api, token, card_id, f"{key}-{moment}", pin, moment))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), f"the sale ended before moment {moment}"
        assert os.WTERMSIG(status) == signal.SIGKILL


async def sell(api: Litestar, token: str, card_id: str, key: str, pin: str, moment: int) -> None:  # noqa: PLR0917
    async with api.lifespan():
        die_at(moment)
        async with httpx.AsyncClient(
            transport=asgi_transport(RequestMiddleware(api, "api", is_https=False)), base_url="http://orion.test"
        ) as http:
            answer = await http.post(
                f"/api/v1/store/loyalty/cards/{card_id}/points",
                json={"purchase_amount_cents": 100, "staff_pin": pin},
                headers={"authorization": f"Bearer {token}", "idempotency-key": key},
            )
    sys.exit(f"answered {answer.status_code}: {answer.text}")


def die_at(moment: int) -> None:
    number, when = divmod(moment, len(When))
    execute, count = asyncpg.Pool.fetchval, 0

    async def fetchval(pool: asyncpg.Pool, *statement: Any) -> Any:
        nonlocal count
        mine, count = count == number, count + 1
        if mine and when == When.BEFORE:
            die()
        if mine and when == When.UNDER_WAY:
            # Long enough to send the answer, too short to be sure that it arrives.
            asyncio.get_running_loop().call_later(0.001, die)
        answer = await execute(pool, *statement)
        if mine:
            die()
        return answer

    asyncpg.Pool.fetchval = fetchval


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
