"""A double of Apple: the sandbox's certificates, push service and phones, controlled by the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from backend.core.settings import Settings
from backend.dev.sandbox.apple.apns import FakeApns
from backend.dev.sandbox.apple.pki import ROOT, ApplePki

API_URL = "https://passes.orion.test"


@dataclass(frozen=True)
class Apple:
    pki: ApplePki
    folder: Path
    apns: FakeApns
    apns_url: str

    @property
    def root(self) -> Path:
        """The root certificate that phones trust."""
        return self.folder / ROOT

    def settings(self, settings: Settings) -> Settings:
        """The given settings with the double's certificates and addresses."""
        return replace(
            settings,
            backend_public_url=API_URL,
            apple_wallet_dir=str(self.folder),
            apns_url=self.apns_url,
            apns_ca_file=str(self.root),
        )


@asynccontextmanager
async def open_apple(folder: Path, pki: ApplePki) -> AsyncIterator[Apple]:
    apns = FakeApns()
    url = await apns.start(pki.write(folder))
    try:
        yield Apple(pki, folder, apns, url)
    finally:
        await apns.stop()
