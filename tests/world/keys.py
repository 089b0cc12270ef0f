"""API keys of a shop, for what does not test how they are made."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.access.permissions import FOR_API_KEYS
from backend.api_keys.key_secrets import new_secret
from backend.api_keys.models import ApiKey
from backend.core.clock import clock
from tests.world.shop import Shop
from tests.world.till import Till


class WebShop(Till):
    """A server with an API key: it books as a till does."""

    key_id: UUID


async def connect(
    shop: Shop,
    *,
    permissions: Any = FOR_API_KEYS,
    at: list[str] | None = None,
    name: str = "Web shop",
    mode: str = "live",
    ended: timedelta | None = None,
    expires_at: datetime | None = None,
) -> WebShop:
    """`at`: codes of stores; None: all. `ended`: so long ago it was revoked."""
    secret, now = new_secret(shop.merchant_id, mode), clock.now()
    key = ApiKey(
        merchant_id=shop.merchant_id,
        name=name,
        mode=mode,
        prefix=secret.prefix,
        secret_hash=secret.hash,
        store_ids=[shop.store_ids[code] for code in at] if at is not None else None,
        permissions=sorted(permissions),
        created_by=shop.user_ids["claire"],
        created_at=now,
        expires_at=expires_at,
        revoked_at=now - ended if ended is not None else None,
    )
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        session.add(key)
    caller = WebShop(shop.anna.http, shop.anna._promises, secret.text)
    caller.key_id = key.id
    return caller
