"""Deletes rows that are old enough, in chunks, so that no transaction holds locks for long."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, inspect, select, tuple_

from backend.core.clock import clock
from backend.core.models import StoredAnswer
from backend.core.platform_settings import PrivacySettings
from backend.devices.models import DeviceNonce, DeviceToken, FailedPinReport, PairingCode
from backend.devices.rules import ROLL_GRACE
from backend.identity.customers.models import CustomerSession, CustomerSignIn
from backend.identity.models import AccessToken, PasswordReset, PasswordResetRequest, SignInChallenge
from backend.loyalty.device_sync.models import DeviceSnapshot
from backend.loyalty.enrollment.models import CardLinkQuestion
from backend.loyalty.marketing.slots import forget_slots
from backend.loyalty.offline.models import DeviceOperation
from backend.loyalty.pictures.models import MerchantPicture
from backend.loyalty.previews.models import ProgramPreview
from backend.loyalty.rewards.models import Reward
from backend.merchants.queries import list_merchant_ids
from backend.messaging.connection_test.models import ConnectionTest
from backend.messaging.limits import forget_allowances
from backend.messaging.models import EmailLog, PlatformMail
from backend.operations.task_runs.actions import Progress, run_now
from backend.operations.task_runs.models import TaskRun
from backend.operations.timed_tasks.catalog import PURGE
from backend.services import Services
from backend.staff_pins.grants.models import OfflineGrant
from backend.wallets.apple.passes import purge_empty_devices, purge_erased_passes
from backend.wallets.google.callbacks import purge_expired_callbacks
from backend.wallets.models import WalletNotification
from backend.wallets.notifications import WINDOW
from backend.webhooks.models import WebhookDelivery

TESTS_KEPT = timedelta(days=30)
QUESTIONS_KEPT = timedelta(days=1)
PICTURES_KEPT = timedelta(days=1)
"""Of those that nothing shows: longer than it takes to fill in the form for which they were uploaded."""
OPERATIONS_KEPT = timedelta(days=90)
"""What tablets did offline and was judged; its transactions keep their keys for ever."""
JUDGED = ("applied", "refused", "booked", "dismissed")
UNDER_GRANT = select(DeviceOperation.id).where(
    DeviceOperation.merchant_id == OfflineGrant.merchant_id, DeviceOperation.grant_id == OfflineGrant.id
)
SHOWN_BY = select(Reward.id).where(
    Reward.merchant_id == MerchantPicture.merchant_id, Reward.picture == MerchantPicture.hash
)
CODES_KEPT = timedelta(days=7)
"""Longer than a lost answer to a pairing is asked for again."""
NONCES_KEPT = timedelta(hours=1)
"""Longer than a signed request is accepted."""
REPORTS_KEPT = timedelta(days=90)
"""Longer than a tablet that was offline reports the same attempts again."""
SNAPSHOTS_KEPT = timedelta(days=30)
CHUNK = 5000

Expired = tuple[type[Any], ColumnElement[bool]]

log = structlog.get_logger()


async def purge(context: dict[str, Any]) -> None:
    await run_purge(context["services"])


async def run_purge(services: Services, run: TaskRun | None = None) -> None:
    async def work(progress: Progress) -> None:
        await _purge(services, clock.now(), progress)

    await run_now(services.sessions, PURGE, work, run=run)


async def _purge(services: Services, now: datetime, progress: Progress) -> None:
    """Counts deleted rows by table. An error for one merchant is recorded; the other merchants are still purged."""
    kept = services.live.current.privacy
    for expired in (
        (AccessToken, AccessToken.expires_at < now - timedelta(days=kept.access_tokens_days)),
        (SignInChallenge, SignInChallenge.expires_at < now),
        (PasswordReset, PasswordReset.expires_at < now),
        # Answered within seconds; what is left holds the email address of an anonymous request.
        (PasswordResetRequest, PasswordResetRequest.created_at < now - QUESTIONS_KEPT),
        (PairingCode, PairingCode.expires_at < now - CODES_KEPT),
        (DeviceToken, DeviceToken.expires_at < now - ROLL_GRACE),
        (TaskRun, TaskRun.created_at < now - timedelta(days=kept.task_runs_days)),
        (ConnectionTest, ConnectionTest.started_at < now - TESTS_KEPT),
        (PlatformMail, PlatformMail.created_at < now - timedelta(days=kept.email_log_days)),
    ):
        await _delete(services, None, expired, progress)
    async with services.sessions.committing() as session:
        await purge_expired_callbacks(session, now)
        await forget_allowances(session, now)
        await forget_slots(session, now)
    for merchant_id in await list_merchant_ids(services.sessions):
        try:
            await _purge_merchant(services, merchant_id, now, progress)
        except Exception as error:
            log.exception("purge_failed", merchant_id=str(merchant_id))
            progress.fail(merchant_id, f"{type(error).__name__}: see the log of this time.")
    async with services.sessions.committing() as session:
        await purge_empty_devices(session, now)


async def _purge_merchant(services: Services, merchant_id: UUID, now: datetime, progress: Progress) -> None:
    for expired in _expired_of(merchant_id, now, services.live.current.privacy):
        await _delete(services, merchant_id, expired, progress)
    async with services.sessions.committing(merchant_id) as session:
        await purge_erased_passes(session, merchant_id, now)


def _expired_of(merchant_id: UUID, now: datetime, kept: PrivacySettings) -> Iterator[Expired]:
    for table, is_expired in (
        (ProgramPreview, ProgramPreview.created_at < now - timedelta(days=kept.previews_days)),
        (StoredAnswer, StoredAnswer.created_at < now - timedelta(days=kept.stored_answers_days)),
        (WalletNotification, WalletNotification.sent_at < now - WINDOW),
        (CustomerSignIn, CustomerSignIn.expires_at < now - timedelta(days=kept.access_tokens_days)),
        (CustomerSession, CustomerSession.expires_at < now - timedelta(days=kept.access_tokens_days)),
        (DeviceNonce, DeviceNonce.seen_at < now - NONCES_KEPT),
        (FailedPinReport, FailedPinReport.reported_at < now - REPORTS_KEPT),
        (DeviceSnapshot, DeviceSnapshot.used_at < now - SNAPSHOTS_KEPT),
        (EmailLog, EmailLog.created_at < now - timedelta(days=kept.email_log_days)),
        (WebhookDelivery, WebhookDelivery.created_at < now - timedelta(days=kept.webhook_log_days)),
        # Questions are answered within seconds; an unanswered one holds the email address of an anonymous request.
        (CardLinkQuestion, CardLinkQuestion.created_at < now - QUESTIONS_KEPT),
        # What waits for a person stays until somebody has decided.
        (DeviceOperation, DeviceOperation.state.in_(JUDGED) & (DeviceOperation.received_at < now - OPERATIONS_KEPT)),
        (OfflineGrant, (OfflineGrant.expires_at < now - OPERATIONS_KEPT) & ~UNDER_GRANT.exists()),
        # Last: when a reward takes a picture at this moment, everything else is gone already.
        (MerchantPicture, (MerchantPicture.created_at < now - PICTURES_KEPT) & ~SHOWN_BY.exists()),
    ):
        yield table, (table.merchant_id == merchant_id) & is_expired


async def _delete(services: Services, merchant_id: UUID | None, expired: Expired, progress: Progress) -> None:
    table, is_expired = expired
    key = tuple_(*inspect(table).primary_key)
    chunk = delete(table).where(key.in_(select(*key.clauses).where(is_expired).limit(CHUNK)))
    while True:
        async with services.sessions.committing(merchant_id) as session:
            deleted = int((await session.execute(chunk)).rowcount)  # type: ignore[attr-defined]
        progress.count(table.__tablename__, deleted)
        if deleted < CHUNK:
            return
