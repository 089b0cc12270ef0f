"""Throw away what has served its time."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from backend.core.clock import clock
from backend.core.models import StoredAnswer
from backend.identity.models import AccessToken
from backend.merchants.models import Merchant
from backend.services import Services

ANSWERS_KEPT = timedelta(days=30)
"""Longer than any tablet stays offline. The key itself stays on its transaction for ever."""
TOKENS_KEPT = timedelta(days=30)


async def purge(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    now = clock.now()
    async with services.sessions.committing() as session:
        await session.execute(delete(AccessToken).where(AccessToken.expires_at < now - TOKENS_KEPT))
        merchants = list(await session.scalars(select(Merchant.id)))
    for merchant_id in merchants:
        async with services.sessions.committing(merchant_id) as session:
            await session.execute(delete(StoredAnswer).where(StoredAnswer.created_at < now - ANSWERS_KEPT))
