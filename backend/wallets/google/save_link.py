"""The link behind "Add to Google Wallet": a signed request to save an object that exists at Google."""

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
"""Google's limit. A link with the whole object would have 2 400 characters."""
LIFETIME = timedelta(hours=1)
NIL, LATE = UUID(int=0), datetime(2100, 1, 1, tzinfo=UTC)
"""To measure the length of a link."""


class SaveLinks:
    """A link contains the id of the object only. Changes are sent by PATCH."""

    def __init__(self, account: Account, settings: Settings) -> None:
        self._account = account
        self._root = settings.google_wallet_save_url.rstrip("/")
        self.origins = save_origins(settings)

    async def url(self, *, program_id: UUID, object_name: str, now: datetime) -> str:
        """Anyone with the link can save the card for an hour, so it is never logged or stored."""
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
    """The sites that may show the button; our own when none is configured."""
    return parts_of(settings.google_wallet_origins) or [settings.public_url.rstrip("/")]


def check_save_links(account: Account, settings: Settings) -> None:
    """Raises SettingsError when every link would be too long for Google."""
    widest = object_id(account.issuer_id, NIL, page_version=999_999)
    length = len(SaveLinks(account, settings)._token(NIL, widest, LATE))
    if length > LENGTH_MAX:
        setting = "ORION_GOOGLE_WALLET_ORIGINS" if settings.google_wallet_origins else "ORION_PUBLIC_URL"
        raise SettingsError(
            f"{setting} makes save links of {length} characters, and Google takes {LENGTH_MAX}: name fewer or shorter."
        )
