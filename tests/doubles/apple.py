"""Apple next door: the development sandbox's own certificates, push service and phones, in the test's hands."""

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
        """What every phone trusts."""
        return self.folder / ROOT

    def settings(self, settings: Settings) -> Settings:
        """These, with the certificates, and every address of Apple's here."""
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
