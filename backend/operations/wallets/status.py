"""The status of the wallets: whether they work, and how many passes are up to date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from redis.asyncio import Redis
from sqlalchemy import text

from backend.core.database import Sessions
from backend.core.outbound.breaker import Breaker
from backend.core.settings import Settings
from backend.operations.wallets.schemas import (
    BreakerView,
    FreshnessView,
    PassCounts,
    ProviderStatus,
    StepView,
    WalletStatus,
)
from backend.wallets.apple.checks import check_apple
from backend.wallets.apple.open import Apple
from backend.wallets.google.checks import check_google
from backend.wallets.google.save_link import save_origins
from backend.wallets.open import configured_wallets
from backend.wallets.ports import CheckStep, Provider
from backend.wallets.sync import WalletSync
from i18n.translator import get_translator

PASSES = """
SELECT provider, sum(active)::bigint AS active, sum(behind)::bigint AS behind, sum(failed)::bigint AS failed,
       min(oldest_at) AS oldest_at
FROM pass_backlog() GROUP BY provider ORDER BY provider
"""
"""Of all merchants."""


@dataclass(frozen=True, slots=True)
class WalletChecks:
    """The steps of both wallets."""

    google: list[CheckStep]
    apple: list[CheckStep]

    @property
    def is_well(self) -> bool:
        return not any(step.outcome == "failed" for step in (*self.google, *self.apple))


async def check_wallets(
    settings: Settings, redis: Redis, now: datetime, *, resumes: bool = False, apple: Apple | None = None
) -> WalletChecks:
    """Calls Google and Apple. A wallet that is not configured has no steps.

    `resumes`: ends a stop when Google accepts us. `apple`: of this process.
    """
    google = await check_google(settings, redis, now, resumes=resumes)
    return WalletChecks(google, await check_apple(settings, now, apple))


@dataclass(frozen=True, slots=True)
class WalletHealth:
    """Computes the status."""

    settings: Settings
    redis: Redis
    sync: WalletSync
    breakers: dict[Provider, Breaker]
    apple: Apple | None

    async def status(self, now: datetime, language: str) -> WalletStatus:
        return (await self.check(now, language))[0]

    async def check(self, now: datetime, language: str, *, resumes: bool = False) -> tuple[WalletStatus, WalletChecks]:
        checks = await check_wallets(self.settings, self.redis, now, resumes=resumes, apple=self.apple)
        configured = configured_wallets(self.settings)
        google = await self._provider("google", checks.google, language)
        apple = await self._provider("apple", checks.apple, language)
        status = WalletStatus(
            google_configured="google" in configured,
            apple_configured="apple" in configured,
            issuer=self.settings.google_wallet_issuer_id or None,
            origins=save_origins(self.settings) if "google" in configured else [],
            credentials_valid=_is_ok(checks.google, "issuer") if "google" in configured else None,
            key_age_days=_days(checks.google, "key_parses"),
            certificate_days_left=_days(checks.apple, "days_left"),
            default_logo_reachable=_is_ok(checks.google, "logo"),
            errors=[step.sentence for each in (google, apple) for step in each.steps if step.outcome == "failed"],
            google=google,
            apple=apple,
        )
        return status, checks

    async def _provider(self, name: Provider, steps: Sequence[CheckStep], language: str) -> ProviderStatus:
        measured = await self.sync.freshness.last_hour(name)
        return ProviderStatus(
            configured=name in configured_wallets(self.settings),
            working=not any(step.outcome == "failed" for step in steps),
            steps=[step_view(step, language) for step in steps],
            passes=await count_passes(self.sync.sessions, name),
            freshness=FreshnessView(measured.count, measured.p50, measured.p95),
            breaker=await self._breaker(name, language),
        )

    async def _breaker(self, name: Provider, language: str) -> BreakerView:
        if name not in self.breakers:
            return BreakerView("closed", None)
        state = await self.breakers[name].state()
        if state.stopped_because is not None:
            return BreakerView("stopped", get_translator(language).gettext(state.stopped_because))
        return BreakerView("open" if state.is_open else "closed", None)


async def count_passes(sessions: Sessions, provider: Provider) -> PassCounts:
    """Of all merchants."""
    async with sessions.committing() as session:
        rows = await session.execute(text(PASSES))
        found = next((row for row in rows if row.provider == provider), None)
    if found is None:
        return PassCounts(active=0, right=0, behind=0, failed=0, oldest_waiting_since=None)
    return PassCounts(found.active, found.active - found.behind, found.behind, found.failed, found.oldest_at)


def step_view(step: CheckStep, language: str) -> StepView:
    say = get_translator(language).gettext
    return StepView(
        name=step.name,
        outcome=step.outcome,
        sentence=step.text(language),
        mend=say(step.remedy, **step.facts) if step.remedy else "",
    )


def _find(steps: Sequence[CheckStep], name: str) -> CheckStep | None:
    return next((step for step in steps if step.name == name), None)


def _is_ok(steps: Sequence[CheckStep], name: str) -> bool | None:
    """None when the step was skipped."""
    step = _find(steps, name)
    return step.outcome in {"ok", "warning"} if step and step.outcome != "skipped" else None


def _days(steps: Sequence[CheckStep], name: str) -> int | None:
    step = _find(steps, name)
    days = step.facts.get("days") if step else None
    return int(days) if days is not None else None
