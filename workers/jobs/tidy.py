"""Throw away what has served its time."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from backend.core.clock import clock
from backend.core.models import StoredAnswer
from backend.identity.models import AccessToken
from backend.loyalty.programs.models import ProgramPreview
from backend.loyalty.wallets.apple.passes import forget_empty_devices, forget_erased
from backend.loyalty.wallets.google.callbacks import forget_expired
from backend.loyalty.wallets.models import WalletNotification
from backend.loyalty.wallets.rings import WINDOW
from backend.merchants.queries import list_merchant_ids
from backend.operations.task_runs.models import TaskRun
from backend.services import Services

ANSWERS_KEPT = timedelta(days=30)
"""Longer than any tablet stays offline. The key itself stays on its transaction for ever."""
TOKENS_KEPT = timedelta(days=30)
RUNS_KEPT = timedelta(days=90)
PREVIEWS_KEPT = timedelta(days=90)


async def purge(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    now = clock.now()
    async with services.sessions.committing() as session:
        await session.execute(delete(AccessToken).where(AccessToken.expires_at < now - TOKENS_KEPT))
        await session.execute(delete(TaskRun).where(TaskRun.created_at < now - RUNS_KEPT))
        await forget_expired(session, now)
    for merchant_id in await list_merchant_ids(services.sessions):
        async with services.sessions.committing(merchant_id) as session:
            await session.execute(delete(ProgramPreview).where(ProgramPreview.created_at < now - PREVIEWS_KEPT))
            await session.execute(delete(StoredAnswer).where(StoredAnswer.created_at < now - ANSWERS_KEPT))
            await session.execute(delete(WalletNotification).where(WalletNotification.sent_at < now - WINDOW))
            await forget_erased(session, merchant_id, now)
    async with services.sessions.committing() as session:
        await forget_empty_devices(session, now)
