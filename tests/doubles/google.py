"""A double of Google on real HTTP: the sandbox's own, with its state accessible to the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from backend.core.settings import Settings
from backend.dev.sandbox.google.account import ISSUER_ID, public_keys, write_account
from backend.dev.sandbox.google.app import FakeGoogle
from tests.doubles.serving import serving


@dataclass(frozen=True)
class Google:
    url: str
    fake: FakeGoogle
    account_file: Path

    def settings(self, settings: Settings) -> Settings:
        """The given settings with the double's addresses."""
        return replace(
            settings,
            google_wallet_issuer_id=self.fake.passes.issuer_id,
            google_wallet_service_account_file=str(self.account_file),
            google_wallet_api_url=self.url,
            google_oauth_token_url=f"{self.url}/token",
            google_wallet_save_url=f"{self.url}/gp/v/save",
            google_wallet_keys_url=f"{self.url}/gp/m/issuer/keys",
        )

    def rotate(self, folder: Path) -> Path:
        """Creates a second key for the same account, as an operator would; both are valid."""
        path = write_account(folder / "rotated.json")
        email, keys = public_keys(path)
        self.fake.tokens.known[email] |= keys
        return path


@asynccontextmanager
async def open_google(account_file: Path, *, issuer_id: str = ISSUER_ID) -> AsyncIterator[Google]:
    """Knows this service account, but no program and no card."""
    email, keys = public_keys(account_file)
    fake = FakeGoogle(issuer_id, {email: keys})
    async with serving(fake) as url:
        yield Google(url, fake, account_file)
