"""The wallets, for administrators: status, runs over many passes, and one card's passes in detail."""

from typing import Any

import structlog
from arq.connections import ArqRedis
from litestar import Controller, Request, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from redis.asyncio import Redis

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import DEBUG_WALLETS, RUN_TASKS
from backend.access.problems import SIGNED_IN
from backend.audit.actions import record_platform_change
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.maintenance import WORKS_IN_MAINTENANCE
from backend.core.openapi import refusals, success
from backend.core.origin import PlatformOrigin
from backend.core.problems import Unavailable, ValidationFailed
from backend.core.requests import reader_language
from backend.core.settings import Settings
from backend.loyalty.ledger.problems.cards import CardNotFound
from backend.merchants.problems import MerchantNotFound
from backend.operations.task_runs.actions import give_up_run
from backend.operations.task_runs.models import TaskRun
from backend.operations.task_runs.problems import TaskRunNotFound
from backend.operations.task_runs.schemas import TaskRunQueued
from backend.operations.wallets.check_runs import keep_checks
from backend.operations.wallets.debug import WalletDebug
from backend.operations.wallets.schemas import CardPasses, RetryView, SyncRequest, WalletStatus
from backend.operations.wallets.scopes import scope_of
from backend.operations.wallets.status import WalletHealth
from backend.operations.wallets.tasks import queue_sync
from backend.wallets.apple.open import Apple
from backend.wallets.google.open import Google
from backend.wallets.jobs import enqueue_sync_run
from backend.wallets.ports import Provider
from backend.wallets.problems import NoSuchPass
from backend.wallets.sync import WalletSync
from i18n.translator import N_

log = structlog.get_logger()


def provide_health(
    settings: NamedDependency[Settings],
    redis: NamedDependency[Redis],
    wallet_sync: NamedDependency[WalletSync],
    google: NamedDependency[Google | None],
    apple: NamedDependency[Apple | None],
) -> WalletHealth:
    wallets: dict[Provider, Google | Apple | None] = {"google": google, "apple": apple}
    breakers = {name: wallet.breaker for name, wallet in wallets.items() if wallet is not None}
    return WalletHealth(settings, redis, wallet_sync, breakers, apple)


def provide_debug(
    wallet_sync: NamedDependency[WalletSync],
    google: NamedDependency[Google | None],
    apple: NamedDependency[Apple | None],
) -> WalletDebug:
    return WalletDebug(wallet_sync, google, apple)


class WalletAdminController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Admin"]
    dependencies = {
        "wallet_health": Provide(provide_health, sync_to_thread=False),
        "wallet_debug": Provide(provide_debug, sync_to_thread=False),
    }

    @get(
        "/wallet-status",
        operation_id="getWalletStatus",
        summary="Whether both wallets work, step by step, and how many passes are right at this moment",
        guards=[all_of(for_platform(RUN_TASKS), limited("wallet-status", 20))],
        responses=refusals(*SIGNED_IN),
    )
    async def status(
        self, request: Request[Any, Any, Any], wallet_health: NamedDependency[WalletHealth]
    ) -> WalletStatus:
        return await wallet_health.status(clock.now(), reader_language(request))

    @post(
        "/wallets/check",
        operation_id="checkWallets",
        opt={WORKS_IN_MAINTENANCE: True},
        summary="Check both wallets again; a stop ends when Google accepts the platform",
        status_code=200,
        guards=[all_of(for_platform(RUN_TASKS), limited("wallet-check", 10))],
        responses={200: success(WalletStatus)} | refusals(*SIGNED_IN),
    )
    async def check(
        self,
        platform_origin: NamedDependency[PlatformOrigin],
        sessions: NamedDependency[Sessions],
        wallet_health: NamedDependency[WalletHealth],
    ) -> WalletStatus:
        async with sessions.committing() as session:
            record_platform_change(
                session, platform_origin, "wallets.checked", subject="wallets", after={"resumes": True}
            )
        status, checks = await wallet_health.check(clock.now(), platform_origin.language, resumes=True)
        await keep_checks(sessions, checks)
        return status

    @post(
        "/wallets/sync",
        operation_id="syncWallets",
        summary="Bring passes up to date in the background",
        description="All that are behind; or one merchant's; or one card's, sent in any case; or those that failed, "
        "now or in one earlier run.",
        status_code=202,
        guards=[all_of(for_platform(RUN_TASKS), limited("wallet-sync", 10))],
        responses={202: success(TaskRunQueued)}
        | refusals(*SIGNED_IN, ValidationFailed, MerchantNotFound, CardNotFound, TaskRunNotFound, Unavailable),
    )
    async def sync(
        self,
        platform_origin: NamedDependency[PlatformOrigin],
        data: JSONBody[SyncRequest],
        wallet_debug: NamedDependency[WalletDebug],
        queue: NamedDependency[ArqRedis],
    ) -> TaskRunQueued:
        sync = wallet_debug.sync
        scope = await scope_of(sync.sessions, data)
        run = await queue_sync(sync, scope, card_code=data.card_code, requested_by=platform_origin)
        await _enqueue(queue, sync.sessions, run)
        return TaskRunQueued(run.id)

    @get(
        "/wallets/cards/{card_code:str}",
        operation_id="getCardPasses",
        summary="One card's passes from the inside: versions, last errors, what would be sent",
        description="By the card's code, or by its id as a run names it among its failures.",
        guards=[for_platform(DEBUG_WALLETS)],
        responses=refusals(*SIGNED_IN, CardNotFound),
    )
    async def card(
        self, request: Request[Any, Any, Any], card_code: FromPath[str], wallet_debug: NamedDependency[WalletDebug]
    ) -> CardPasses:
        return await wallet_debug.show(card_code, reader_language(request))

    @post(
        "/wallets/cards/{card_code:str}/{provider:str}/retry",
        operation_id="retryCardPass",
        summary="Send this pass now",
        description="By the card's code or its id.",
        status_code=200,
        guards=[all_of(for_platform(DEBUG_WALLETS), limited("wallet-retry", 20))],
        responses={200: success(RetryView)} | refusals(*SIGNED_IN, CardNotFound, NoSuchPass),
    )
    async def retry(
        self,
        card_code: FromPath[str],
        provider: FromPath[Provider],
        platform_origin: NamedDependency[PlatformOrigin],
        wallet_debug: NamedDependency[WalletDebug],
    ) -> RetryView:
        return await wallet_debug.retry(platform_origin, card_code, provider)


async def _enqueue(queue: ArqRedis, sessions: Sessions, run: TaskRun) -> None:
    """Raises Unavailable when Redis cannot be reached."""
    if not await enqueue_sync_run(queue, run.id):
        await give_up_run(sessions, run, N_("The workers could not be reached."))
        raise Unavailable
