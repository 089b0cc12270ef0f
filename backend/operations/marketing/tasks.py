"""Task runs of marketing emails."""

from dataclasses import dataclass

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.platform_settings import EffectiveSettings
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.marketing.unsubscribe_links import UnsubscribeLinks
from backend.loyalty.occasions.absence import Absence
from backend.loyalty.occasions.birthday import Birthday
from backend.loyalty.occasions.campaign import Campaign
from backend.loyalty.occasions.occasion import MarketingOccasion
from backend.merchants.queries import list_merchant_ids
from backend.operations.task_runs.actions import Progress, run_now
from backend.operations.task_runs.models import TaskRun


@dataclass(frozen=True, slots=True)
class MarketingTask:
    name: str
    occasion: MarketingOccasion

    async def run(
        self,
        sessions: Sessions,
        links: CardLinks,
        unsubscribe_links: UnsubscribeLinks,
        live: EffectiveSettings,
        run: TaskRun | None = None,
    ) -> TaskRun:
        """For all merchants, or for the run's."""

        async def work(progress: Progress) -> None:
            progress.counts.update({"processed": 0, "failed": 0})
            campaign = Campaign(self.occasion, sessions, links, unsubscribe_links, live.current, clock.now(), progress)
            await campaign.run(await list_merchant_ids(sessions, run.merchant_id if run else None))

        return await run_now(sessions, self.name, work, run=run)


GREETINGS = MarketingTask("greet_birthdays", Birthday())
REENGAGEMENT = MarketingTask("reengage_customers", Absence())
