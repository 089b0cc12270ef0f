"""What pages show of the platform: asked of the backend once a second at most, while pages are asked for."""

import asyncio
import time

import structlog

from backend.settings.schemas import BrandingView
from frontend.api.branding import get_changed_branding
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.kit.request import Request

PERIOD_SECONDS = 1
ANSWER_SECONDS = 0.5
NOT_PAGES = ("/static/", "/health/")

log = structlog.get_logger()


class LiveBranding:
    """While the backend is away the last known values stay."""

    def __init__(self) -> None:
        self.current = BrandingView()
        self._etag = ""
        self._asked_at = float("-inf")
        self._is_away = False

    async def refresh(self, caller: Caller) -> None:
        """Requests that arrive while one of them asks use the last known values."""
        if time.monotonic() - self._asked_at < PERIOD_SECONDS:
            return
        self._asked_at = time.monotonic()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                changed = await get_changed_branding(caller, self._etag)
        except (BackendProblem, BackendUnavailable, TimeoutError) as error:
            if not self._is_away:
                log.warning("branding_not_read", error=type(error).__name__, consequence="the last known one is shown")
            self._is_away = True
            return
        self._is_away = False
        if changed is not None:
            self.current, self._etag = changed


async def refresh_branding(request: Request) -> None:
    """Runs before each page."""
    if not request.url.path.startswith(NOT_PAGES):
        branding: LiveBranding = request.app.state.branding
        await branding.refresh(Caller(request.app.state.client, {"Accept": "application/json"}))
