"""Google's root keys: fetched when the first callback comes, kept for an hour, asked for again when one is unknown."""

import asyncio
import time

import httpx
import msgspec
import structlog

from backend.core.outbound.door import CallFailed, ask, decoded
from backend.core.settings import Settings
from backend.wallets.google.signatures import RootKey
from backend.wallets.ports import Transient

TIMEOUT = httpx.Timeout(5, connect=3)
TOTAL_SECONDS = 8
KEPT_SECONDS = 3600
ASK_EVERY_SECONDS = 60
"""Strangers who send us nonsense must not make us ask Google each time."""
ANSWER_BYTES_MAX = 64 * 1024

log = structlog.get_logger()


class _Keys(msgspec.Struct, frozen=True):
    keys: list[RootKey]


class RootKeys:
    def __init__(self, settings: Settings) -> None:
        self._url = settings.google_wallet_keys_url
        self._keys: list[RootKey] = []
        self._asked_at = -float(KEPT_SECONDS)
        self._lock = asyncio.Lock()

    async def get(self, *, fresh: bool = False) -> list[RootKey]:
        """`fresh`: a signature by an unknown key has come. Raises Transient while there are none at all."""
        async with self._lock:
            if time.monotonic() - self._asked_at >= (ASK_EVERY_SECONDS if fresh or not self._keys else KEPT_SECONDS):
                await self._ask()
            if not self._keys:
                raise Transient("keys_away", "Google's keys cannot be fetched.")
            return self._keys

    async def _ask(self) -> None:
        """Old keys stay good when the new ones cannot be had: each carries its own end."""
        self._asked_at = time.monotonic()
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as http:
                answer = await ask(http, "GET", self._url, seconds=TOTAL_SECONDS, bytes_max=ANSWER_BYTES_MAX)
            self._keys = decoded(answer.successful().content, _Keys).keys
        except CallFailed as failure:
            log.warning("google_keys_away", error=failure.reason, kept=len(self._keys))
