"""The sandbox: fakes of Google Wallet, APNs and two phones in one ASGI application, for development only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from litestar import Litestar
from litestar.datastructures import State

from backend.core.database import Sessions
from backend.core.keys import KeyRing
from backend.core.logs import configure_logs
from backend.core.settings import Settings, SettingsError, load_settings
from backend.dev.sandbox.apple.apns import FakeApns
from backend.dev.sandbox.environment import FOLDER
from backend.dev.sandbox.google.app import SAVE, FakeGoogle
from backend.dev.sandbox.google.app import create_app as create_google
from backend.dev.sandbox.google.web import AsgiReceive, AsgiScope, AsgiSend
from backend.dev.sandbox.phones.android import Android
from backend.dev.sandbox.phones.iphone import IPhone
from backend.dev.sandbox.phones.pictures import Pictures
from backend.dev.sandbox.phones.routes import PhoneController
from backend.loyalty.cards.card_urls import CardLinks
from backend.models import metadata

ANSWER_SECONDS = 10
READS = {"GET", "HEAD"}


class Sandbox:
    """Serves the phones below `/phones` and Google everywhere else. Google's state is saved after each change."""

    def __init__(self, settings: Settings) -> None:
        self.google: FakeGoogle = create_google(settings)
        configure_logs(settings, "sandbox")
        self.phones = Litestar(
            [PhoneController],
            lifespan=[self._open],
            state=State({"settings": settings}),
            openapi_config=None,
            logging_config=None,
        )

    async def __call__(self, scope: AsgiScope, receive: AsgiReceive, send: AsgiSend) -> None:
        if scope["type"] == "lifespan" or scope["path"].startswith("/phones/"):
            await self.phones(scope, receive, send)  # type: ignore[arg-type]
        else:
            await self.google(scope, receive, send)
        if scope["type"] == "http" and (scope["method"] not in READS or scope["path"].startswith(SAVE)):
            self.phones.state.android.save()

    @asynccontextmanager
    async def _open(self, app: Litestar) -> AsyncIterator[None]:
        settings: Settings = app.state.settings
        folder = settings.data_dir / FOLDER
        sessions = Sessions(settings, metadata)
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as http:
            iphone = IPhone(http, Path(settings.apns_ca_file), folder / "iphone")
            android = Android(self.google, http, Pictures(http), folder / "google.json")
            iphone.load()
            android.load()
            apns = FakeApns(iphone.pushed)
            await apns.start(Path(settings.apple_wallet_dir), urlsplit(settings.apns_url).port or 0)
            app.state.update(
                {
                    "sessions": sessions,
                    "links": CardLinks(KeyRing(settings.keys), settings.public_url, settings.api_url),
                    "iphone": iphone,
                    "android": android,
                    "troubles": {},
                }
            )
            try:
                yield
            finally:
                await apns.stop()
                await sessions.close()


def create_app(settings: Settings | None = None) -> Sandbox:
    """Raises SettingsError outside development."""
    settings = settings or load_settings()
    if settings.environment != "development" or not settings.sandbox_url:
        raise SettingsError("The sandbox is for development: `orion dev` starts it.")
    return Sandbox(settings)
