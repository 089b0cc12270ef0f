"""The sign of life of a process, in PostgreSQL: Redis may be away, and forgets."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version
from typing import Literal
from uuid import UUID

import structlog
from sqlalchemy import delete, text

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.ids import new_id
from backend.operations.heartbeats.models import ProcessHeartbeat

ProcessKind = Literal["backend", "worker"]
BEAT_SECONDS = 10
FORGET_AFTER = timedelta(days=1)
"""A process that was killed is shown for this long."""
GOODBYE_SECONDS = 2
BEAT = text(
    """
    INSERT INTO process_heartbeats (id, kind, host, pid, version, clock_offset_ms, started_at, heard_at)
    VALUES (:id, :kind, :host, :pid, :version, 1000 * extract(epoch FROM :now - clock_timestamp()), :now, :now)
    ON CONFLICT (id) DO UPDATE
    SET heard_at = excluded.heard_at, clock_offset_ms = excluded.clock_offset_ms
    """
)

log = structlog.get_logger()


@asynccontextmanager
async def beating(sessions: Sessions, kind: ProcessKind) -> AsyncIterator[None]:
    """Shows this process as running until the block ends. Nothing fails when the database is away."""
    process_id = new_id()
    task = asyncio.create_task(_beat(sessions, process_id, kind))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await _forget(sessions, process_id)


async def write_heartbeat(sessions: Sessions, process_id: UUID, kind: ProcessKind) -> None:
    about = {"id": process_id, "kind": kind, "host": socket.gethostname()[:100], "pid": os.getpid()}
    async with sessions.committing() as session:
        await session.execute(BEAT, about | {"version": version("orion"), "now": clock.now()})


async def _beat(sessions: Sessions, process_id: UUID, kind: ProcessKind) -> None:
    """For ever. Logs once when a heartbeat cannot be written, and once when it can again."""
    is_away = False
    while True:
        try:
            await write_heartbeat(sessions, process_id, kind)
            if is_away:
                log.info("process_heartbeat_again")
            is_away = False
        except Exception as error:  # noqa: BLE001 - the process goes on, and is shown as silent meanwhile
            if not is_away:
                log.warning("process_heartbeat_failed", error=type(error).__name__)
            is_away = True
        await asyncio.sleep(BEAT_SECONDS)


async def _forget(sessions: Sessions, process_id: UUID) -> None:
    """Its own row, and those of processes that were killed long ago."""
    is_over = (ProcessHeartbeat.id == process_id) | (ProcessHeartbeat.heard_at < clock.now() - FORGET_AFTER)
    try:
        async with asyncio.timeout(GOODBYE_SECONDS), sessions.committing() as session:
            await session.execute(delete(ProcessHeartbeat).where(is_over))
    except Exception as error:  # noqa: BLE001 - the process ends all the same
        log.warning("process_heartbeat_left", error=type(error).__name__)
