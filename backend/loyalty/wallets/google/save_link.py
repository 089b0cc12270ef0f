"""The address behind "Add to Google Wallet": a signed request to save an object that Google has already."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from google.auth import jwt

from backend.core.settings import Settings
from backend.loyalty.wallets.google.account import Account
from backend.loyalty.wallets.google.names import class_id

LENGTH_MAX = 1800
"""Google's limit. With the whole object inside, a link would have 2 400 characters."""
LIFETIME = timedelta(hours=1)


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
        assert len(token) <= LENGTH_MAX, f"a save link of {len(token)} characters"
        return f"{self._root}/{token.decode()}"


def save_origins(settings: Settings) -> list[str]:
    """The sites that may show the button; ours when none is named."""
    named = [origin.strip() for origin in settings.google_wallet_origins.split(",") if origin.strip()]
    return named or [settings.public_url.rstrip("/")]
