"""Once a day owners hear what their tablets did offline and nobody has decided yet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.origin import Origin
from backend.core.platform_settings import EffectiveSettings
from backend.loyalty.offline.review.queries import count_waiting
from backend.merchants.models import Merchant
from backend.merchants.queries import list_merchant_ids
from backend.messaging.actions import queue_platform_mail
from backend.messaging.templates.catalog.offline_review import OFFLINE_REVIEW, OfflineReviewFacts, OfflineReviewValues
from backend.messaging.templates.facts import MerchantFacts, UserFacts
from backend.operations.task_runs.actions import Progress, run_now
from backend.operations.task_runs.models import TaskRun
from backend.staff.queries import list_owners
from i18n.formatting import get_formatter

TASK = "tell_of_reviews"
PAGE = "/office/review"


@dataclass(frozen=True, slots=True)
class ReviewNotices:
    sessions: Sessions
    live: EffectiveSettings
    public_url: str

    async def run(self, run: TaskRun | None = None) -> TaskRun:
        """Run again on the same day, it sends nothing again."""
        now, merchant_ids = clock.now(), await list_merchant_ids(self.sessions)

        async def work(progress: Progress) -> None:
            progress.total = len(merchant_ids)
            progress.counts.update(told=0)
            for merchant_id in merchant_ids:
                async with self.sessions.committing(merchant_id) as session:
                    progress.count("told", await self._tell(session, merchant_id, now))
                progress.done += 1

        return await run_now(self.sessions, TASK, work, run=run)

    async def _tell(self, session: AsyncSession, merchant_id: UUID, now: datetime) -> int:
        """How many owners are told."""
        count, oldest_at = await count_waiting(session, Origin.of_nobody(merchant_id, now, instance=TASK), None)
        if oldest_at is None:
            return 0
        merchant, owners = await session.get_one(Merchant, merchant_id), await list_owners(session, merchant_id)
        for owner in owners:
            language = owner.language or merchant.default_language
            oldest = get_formatter(language, merchant.timezone).datetime(oldest_at)
            review = OfflineReviewFacts(waiting=count, oldest=oldest, url=f"{self.public_url.rstrip('/')}{PAGE}")
            await queue_platform_mail(
                session,
                f"{OFFLINE_REVIEW.code} {merchant_id} {now:%Y-%m-%d}",
                OFFLINE_REVIEW,
                OfflineReviewValues(merchant=MerchantFacts(merchant.name), user=UserFacts(owner.name), review=review),
                recipient=owner.email,
                language=language,
                now=now,
                platform_name=self.live.current.branding.platform_name,
            )
        return len(owners)
