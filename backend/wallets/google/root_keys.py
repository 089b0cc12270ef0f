"""Google's root keys: fetched at the first callback, cached for an hour, fetched again when a key is unknown."""

import asyncio
import time

import httpx
import msgspec
import structlog

from backend.core.outbound.calls import CallFailed, decoded, send_request
from backend.core.settings import Settings
from backend.wallets.google.signatures import RootKey
from backend.wallets.ports import Transient

TIMEOUT = httpx.Timeout(5, connect=3)
TOTAL_SECONDS = 8
KEPT_SECONDS = 3600
FETCH_SECONDS_MIN = 60
"""Between two fetches, so that anonymous requests cannot cause one each."""
RESPONSE_BYTES_MAX = 64 * 1024

log = structlog.get_logger()


class _KeysResponse(msgspec.Struct, frozen=True):
    keys: list[RootKey]


class RootKeys:
    def __init__(self, settings: Settings) -> None:
        self._url = settings.google_wallet_keys_url
        self._keys: list[RootKey] = []
        self._fetched_at = -float(KEPT_SECONDS)
        self._lock = asyncio.Lock()

    async def get(self, *, fresh: bool = False) -> list[RootKey]:
        """`fresh`: a signature by an unknown key was received. Raises Transient while there are no keys."""
        async with self._lock:
            if time.monotonic() - self._fetched_at >= (FETCH_SECONDS_MIN if fresh or not self._keys else KEPT_SECONDS):
                await self._fetch()
            if not self._keys:
                raise Transient("keys_away", "Google's keys cannot be fetched.")
            return self._keys

    async def _fetch(self) -> None:
        """Keeps the former keys when the fetch fails: each key has its own expiration."""
        self._fetched_at = time.monotonic()
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as http:
                response = await send_request(
                    http, "GET", self._url, seconds=TOTAL_SECONDS, bytes_max=RESPONSE_BYTES_MAX
                )
            self._keys = decoded(response.successful().content, _KeysResponse).keys
        except CallFailed as failure:
            log.warning("google_keys_away", error=failure.reason, kept=len(self._keys))
