"""Delivers what is due for one endpoint: claim, call, write the outcome. No transaction is open during a call."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import httpx
import structlog

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.encryption import SealBroken
from backend.core.keys import KeyRing
from backend.core.leases import renewing
from backend.core.platform_settings import EffectiveSettings
from backend.core.settings import Settings
from backend.webhooks.claims import (
    ClaimedDelivery,
    claim_deliveries,
    end_delivered,
    end_failed,
    find_endpoint,
    renew_claim,
)
from backend.webhooks.disabling import disable_endpoint
from backend.webhooks.history import DeliveryAttempt
from backend.webhooks.metrics import WEBHOOKS
from backend.webhooks.models import WebhookEndpoint
from backend.webhooks.rules import disabled_reason
from backend.webhooks.sending import CallResult, OutgoingWebhook, call_endpoint, open_client
from backend.webhooks.signatures import secrets_in_force

CONCURRENT = 4
"""Calls of one endpoint at the same time."""
RUN_SECONDS = 10.0
"""No call begins later in a run: with its 15 s, a worker that is stopped can end it."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WebhookDeliverer:
    sessions: Sessions
    keys: KeyRing
    settings: Settings
    live: EffectiveSettings

    async def deliver(self, merchant_id: UUID, endpoint_id: UUID) -> bool:
        """Whether more may be due. Safe to run repeatedly and in parallel."""
        until = time.monotonic() + RUN_SECONDS
        async with open_client() as http:
            while time.monotonic() < until:
                async with self.sessions.committing(merchant_id) as session:
                    endpoint = await find_endpoint(session, merchant_id, endpoint_id)
                    claimed = await claim_deliveries(session, endpoint, clock.now(), CONCURRENT) if endpoint else []
                if endpoint is None or not claimed:
                    return False
                await self._deliver(http, endpoint, claimed)
        return True

    async def _deliver(
        self, http: httpx.AsyncClient, endpoint: WebhookEndpoint, claimed: Sequence[ClaimedDelivery]
    ) -> None:
        """Waits for all of them before it raises: an error of one leaves the others their outcome."""
        results = await asyncio.gather(
            *(self._deliver_one(http, endpoint, each) for each in claimed), return_exceptions=True
        )
        for failure in results:
            if failure is not None:
                raise failure

    async def _deliver_one(self, http: httpx.AsyncClient, endpoint: WebhookEndpoint, claimed: ClaimedDelivery) -> None:
        async with renewing("webhook", partial(self._renew, claimed)):
            result = await self._call(http, endpoint, claimed)
        WEBHOOKS.labels(result.attempt.code or "delivered").inc()
        now = clock.now()
        async with self.sessions.committing(claimed.merchant_id) as session:
            if result.is_delivered:
                await end_delivered(session, claimed, result.attempt, now)
                return
            counted = await end_failed(
                session, claimed, result.attempt, now,
                retry_after=result.retry_after, random=random.random(),  # noqa: S311 - no secret
            )  # fmt: skip
            if counted is None or counted.failing_since is None:
                return
            if reason := disabled_reason(result.attempt.status, counted.failing_since, now):
                await disable_endpoint(
                    session, counted, reason, now,
                    public_url=self.settings.public_url, platform_name=self.live.current.branding.platform_name,
                )  # fmt: skip
                log.warning("webhook_endpoint_disabled", endpoint=str(endpoint.id), reason=reason)

    async def _renew(self, claimed: ClaimedDelivery) -> None:
        async with self.sessions.committing(claimed.merchant_id) as session:
            await renew_claim(session, claimed, clock.now())

    async def _call(self, http: httpx.AsyncClient, endpoint: WebhookEndpoint, claimed: ClaimedDelivery) -> CallResult:
        now = clock.now()
        try:
            own_secrets = secrets_in_force(self.keys, endpoint, now)
        except SealBroken:
            return CallResult(DeliveryAttempt(now, "unreachable", "secret_unreadable"))
        return await call_endpoint(
            http,
            endpoint.url,
            OutgoingWebhook(claimed.event_id, claimed.body.encode(), own_secrets),
            now,
            allows_loopback=not self.settings.is_production,
        )
