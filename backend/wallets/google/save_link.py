"""The address behind "Add to Google Wallet": a signed request to save an object that Google has already."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from google.auth import jwt

from backend.core.settings import Settings, SettingsError
from backend.wallets.google.account import Account
from backend.wallets.google.names import class_id, object_id
from environment.values import parts_of

LENGTH_MAX = 1800
"""Google's limit. With the whole object inside, a link would have 2 400 characters."""
LIFETIME = timedelta(hours=1)
NIL, LATE = UUID(int=0), datetime(2100, 1, 1, tzinfo=UTC)
"""As long as any other."""


class SaveLinks:
    """A link names the object and says nothing about it: changes go by PATCH."""

    def __init__(self, account: Account, settings: Settings) -> None:
        self._account = account
        self._root = settings.google_wallet_save_url.rstrip("/")
        self.origins = save_origins(settings)

    async def url(self, *, program_id: UUID, object_name: str, now: datetime) -> str:
        """Whoever has it can save the card for an hour: never log it, never store it."""
        return await asyncio.to_thread(self._url, program_id, object_name, now)

    def _url(self, program_id: UUID, object_name: str, now: datetime) -> str:
        token = self._token(program_id, object_name, now)
        assert len(token) <= LENGTH_MAX, f"a save link of {len(token)} characters"
        return f"{self._root}/{token}"

    def _token(self, program_id: UUID, object_name: str, now: datetime) -> str:
        issuer_id = self._account.issuer_id
        claims: dict[str, Any] = {
            "iss": self._account.email,
            "aud": "google",
            "typ": "savetowallet",
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "origins": self.origins,
            "payload": {"loyaltyObjects": [{"id": object_name, "classId": class_id(issuer_id, program_id)}]},
        }
        token: bytes = jwt.encode(self._account.credentials.signer, claims)  # type: ignore[no-untyped-call]
        return token.decode()


def save_origins(settings: Settings) -> list[str]:
    """The sites that may show the button; ours when none is named."""
    return parts_of(settings.google_wallet_origins) or [settings.public_url.rstrip("/")]


def check_save_links(account: Account, settings: Settings) -> None:
    """Raises SettingsError when Google would refuse every one for its length."""
    widest = object_id(account.issuer_id, NIL, page_version=999_999)
    length = len(SaveLinks(account, settings)._token(NIL, widest, LATE))
    if length > LENGTH_MAX:
        setting = "ORION_GOOGLE_WALLET_ORIGINS" if settings.google_wallet_origins else "ORION_PUBLIC_URL"
        raise SettingsError(
            f"{setting} makes save links of {length} characters, and Google takes {LENGTH_MAX}: name fewer or shorter."
        )
