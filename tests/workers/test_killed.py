"""A worker is killed in the middle of everything. Another one, with the timed jobs of production, goes on in time."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from backend.core.settings import Settings
from tests.doubles.smtp import PostOffice
from tests.doubles.webhook_receiver import open_receiver
from tests.forks import Fork
from tests.workers.webhooks import connect
from tests.world.office import Office
from tests.world.patience import PATIENCE_SECONDS, until
from tests.world.process import environment
from tests.world.shop import Shop

pytestmark = pytest.mark.slow

RESCUED_SECONDS = 15
LEFT = """
SELECT (SELECT count(*) FROM email_logs WHERE status <> 'sent'),
       (SELECT count(*) FROM webhook_deliveries WHERE state <> 'delivered'),
       (SELECT count(*) FROM program_previews WHERE id = $1 AND state <> 'done')
"""
BUSY_SECONDS = 5
"""A machine that is busy with other tests is no bug."""


@asynccontextmanager
async def a_worker(settings: Settings, forks: str, log: Path, **told: Any) -> AsyncIterator[Fork]:
    environ = environment(settings) | {f"ORION_{name.upper()}": str(value) for name, value in told.items()}

    async def has_started() -> bool:
        return b"worker_started" in await asyncio.to_thread(log.read_bytes)

    with log.open("wb") as file:
        worker = Fork(forks, ["workers.main"], environ, file.fileno())
    try:
        await until(has_started)
        yield worker
    finally:
        worker.kill()


async def seconds_until(is_so: Callable[[], Awaitable[bool]]) -> float:
    began = time.monotonic()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await until(is_so)
    return time.monotonic() - began


async def test_what_a_killed_worker_was_at_is_gone_on_with_within_fifteen_seconds(
    settings: Settings, forks: str, tmp_path: Path, shop: Shop,
    *, post_office: PostOffice, superuser: asyncpg.Connection,
) -> None:  # fmt: skip
    """An email in its conversation, a webhook in its call, a preview: all three at once."""
    by_smtp = {"email_provider": "smtp", "smtp_port": post_office.port}
    post_office.gate.clear()
    async with open_receiver() as receiver:
        receiver.gate.clear()
        await connect(shop, receiver, "card.enrolled")
        async with a_worker(settings, forks, tmp_path / "first", **by_smtp) as worker:
            await shop.anna.enroll("otto@example.com")
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.gather(post_office.has_mail.wait(), receiver.has_request.wait())
            async with a_worker(settings, forks, tmp_path / "second", **by_smtp):
                preview = await abandoned_preview(shop, superuser)
                worker.kill()
                receiver.gate.set()
                post_office.gate.set()

                async def is_gone_on_with() -> bool:
                    (left,) = await superuser.fetch(LEFT, UUID(preview["id"]))
                    return not any(left)

                seconds = await seconds_until(is_gone_on_with)
    assert seconds < RESCUED_SECONDS + BUSY_SECONDS
    assert len({call.id for call in receiver.received}) == 1, "the same message again"
    assert len({mail["Message-ID"] for mail in post_office.mails}) == 1


async def abandoned_preview(shop: Shop, superuser: asyncpg.Connection) -> dict[str, Any]:
    """As a worker leaves it that is killed: its heart has beaten just now."""
    preview = await Office.of(shop.claire).try_terms()

    async def is_made() -> bool:
        return bool((await Office.of(shop.claire).preview(preview))["state"] == "done")

    await until(is_made)
    again = "UPDATE program_previews SET state = 'running', heartbeat_at = now(), result = NULL, finished_at = NULL"
    await superuser.execute(f"{again} WHERE id = $1", UUID(preview["id"]))
    return preview
