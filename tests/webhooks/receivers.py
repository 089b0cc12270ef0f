"""Runs a receiver of the documentation in a process of its own, and asks it what it must take and refuse."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx

from backend.core.ids import new_id
from backend.webhooks.sending import OutgoingWebhook, call_endpoint, open_client
from backend.webhooks.signatures import new_secret, signed_headers
from tests.world.ports import own_port

BODY = b'{"id": "1", "type": "points.earned", "data": {"points": 25}}'


@asynccontextmanager
async def listening(secret: str, *command: str) -> AsyncIterator[str]:
    """The example, in a process of its own. Yields its address."""
    port = own_port()
    environ = os.environ | {"WEBHOOK_SECRET": secret, "PORT": str(port)}
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=environ)
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"listening\n"
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        await process.wait()


async def answer_to(url: str, headers: dict[str, str], body: bytes = BODY) -> int:
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.post(url, headers=headers, content=body)).status_code


async def check(secret: str, url: str) -> None:
    """It takes what is signed, also by another secret beside its own, and refuses what is forged or old."""
    now, event_id = datetime.now(UTC), str(new_id())
    async with open_client() as http:
        message = OutgoingWebhook(new_id(), BODY, [new_secret(), secret])
        result = await call_endpoint(http, url, message, now, allows_loopback=True)
    assert (result.attempt.outcome, result.attempt.status) == ("delivered", 204)
    ours = signed_headers([secret], event_id, BODY, now)
    assert await answer_to(url, ours) == 204
    assert await answer_to(url, ours, BODY + b" ") == 401
    assert await answer_to(url, signed_headers([new_secret()], event_id, BODY, now)) == 401
    assert await answer_to(url, {}) == 401
    for minutes, status in ((-4, 204), (4, 204), (-6, 401), (6, 401)):
        other = signed_headers([secret], event_id, BODY, now + timedelta(minutes=minutes))
        assert await answer_to(url, other) == status
