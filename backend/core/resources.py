"""What every part of a backend process uses: its settings, keys and connections."""

from dataclasses import dataclass
from typing import Any

import asyncpg
from arq.connections import ArqRedis
from litestar.connection import ASGIConnection
from redis.asyncio import Redis

from backend.core.database import Sessions
from backend.core.keys import KeyRing
from backend.core.paging import Cursors
from backend.core.platform_settings import EffectiveSettings
from backend.core.ratelimit import RateLimiter
from backend.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Resources:
    settings: Settings
    key_ring: KeyRing
    pool: asyncpg.Pool
    sessions: Sessions
    redis: Redis
    queue: ArqRedis
    limiter: RateLimiter
    cursors: Cursors
    live: EffectiveSettings


def resources_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Resources:
    """For guards, and for handlers that need several; Litestar injects single ones by name."""
    resources: Resources = connection.app.state.resources
    return resources
