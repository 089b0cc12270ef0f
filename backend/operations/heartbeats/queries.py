from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.operations.heartbeats.models import ProcessHeartbeat

SILENT_AFTER = timedelta(seconds=45)
"""Four heartbeats were missed."""


async def list_processes(session: AsyncSession) -> list[ProcessHeartbeat]:
    """Those that run, and those of the last day that were killed; by kind, the newest first."""
    rows = select(ProcessHeartbeat).order_by(ProcessHeartbeat.kind, ProcessHeartbeat.started_at.desc())
    return list(await session.scalars(rows))


async def count_running_workers(session: AsyncSession, now: datetime) -> int:
    """Those that are not silent."""
    is_running = (ProcessHeartbeat.kind == "worker") & (ProcessHeartbeat.heard_at >= now - SILENT_AFTER)
    return await session.scalar(select(func.count()).select_from(ProcessHeartbeat).where(is_running)) or 0


def is_silent(process: ProcessHeartbeat, now: datetime) -> bool:
    return process.heard_at < now - SILENT_AFTER
