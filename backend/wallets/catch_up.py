"""The run that syncs every pass that is out of date: four attempts each, with a report of what failed and why."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Protocol, runtime_checkable
from uuid import UUID

import structlog

from backend.core.outbound.retry import TRIES
from backend.merchants.queries import list_merchant_ids
from backend.wallets.due import SyncScope, count_due, due_chunks
from backend.wallets.outcomes import AttemptOutcome, OutcomeKind
from backend.wallets.ports import LinkKey, Provider, WalletProvider
from backend.wallets.programs import retry_refused_programs
from backend.wallets.sync import WalletSync
from backend.wallets.wallet_links import bump_pass_versions

PUSHES_MAX = 16
"""At the same time; more would only wait for the provider's quota."""
PAUSED_TRIES = 9
"""How often a run waits for a provider that is unavailable, ten seconds each time."""
PAUSE_SECONDS_MAX = 60.0
"""A card with a longer pause is left to the next run, so that it does not delay the cards after it."""

Pause = Callable[[float], Awaitable[None]]

log = structlog.get_logger()


class RunReport(Protocol):
    """What a run counts while it works."""

    done: int
    total: int | None

    def count(self, what: str, times: int = 1) -> None: ...
    def fail(self, failed_id: UUID | str, reason: str) -> None: ...


@runtime_checkable
class BulkProvider(Protocol):
    """A provider with a lower rate for runs, so that single passes go first."""

    def in_bulk(self) -> WalletProvider: ...


class ProviderStopped(Exception):
    """The provider refuses our account or certificate, so every card would fail. The text is for the operator."""


async def catch_up(sync: WalletSync, scope: SyncScope, report: RunReport, *, pause: Pause = asyncio.sleep) -> None:
    """Every pass in scope that is out of date, the oldest first. A card that fails does not stop the others.

    Counts `processed`, `synced` and `postponed` (the provider is unavailable, or another worker has the lease). Raises
    ProviderStopped at the end when a provider refused us; its cards do not count as failed.
    """
    if scope.card_id is not None:
        await _make_due(sync, scope)
    run = _CatchUp(in_bulk(sync), report, pause)
    merchants = await list_merchant_ids(sync.sessions, scope.merchant_id)
    for merchant_id in merchants:
        await retry_refused_programs(sync, merchant_id)
    report.total = await count_due(sync.sessions, merchants, scope)
    async for chunk in _chunks(sync, merchants, scope):
        async with asyncio.TaskGroup() as group:
            for key in chunk:
                group.create_task(run.sync(key))
    if run.stopped:
        raise ProviderStopped("; ".join(f"{name}: {reason}" for name, reason in sorted(run.stopped.items())))


async def _chunks(sync: WalletSync, merchants: list[UUID], scope: SyncScope) -> AsyncIterator[list[LinkKey]]:
    for merchant_id in merchants:
        async for chunk in due_chunks(sync.sessions, merchant_id, scope):
            yield chunk


async def _make_due(sync: WalletSync, scope: SyncScope) -> None:
    """A single card is sent even if its pass is up to date."""
    assert scope.merchant_id is not None, "a card is named with its merchant"
    assert scope.card_id is not None, "the scope is a card"
    async with sync.sessions.committing(scope.merchant_id) as session:
        await bump_pass_versions(session, scope.merchant_id, [scope.card_id])


def in_bulk(sync: WalletSync) -> WalletSync:
    """At the lower rate of runs."""
    providers: dict[Provider, WalletProvider] = {}
    for name, provider in sync.providers.items():
        providers[name] = provider.in_bulk() if isinstance(provider, BulkProvider) else provider
    return replace(sync, providers=providers)


class _CatchUp:
    def __init__(self, sync: WalletSync, report: RunReport, pause: Pause) -> None:
        self.stopped: dict[Provider, str] = {}
        self._unavailable: set[Provider] = set()
        self._sync, self._report, self._pause = sync, report, pause
        self._slots = asyncio.Semaphore(PUSHES_MAX)

    async def sync(self, key: LinkKey) -> None:
        _, card_id, name = key
        try:
            outcome = await self._last_outcome(key)
        except Exception as error:
            log.exception("wallet_pass_failed", provider=name, card_id=str(card_id))
            outcome = AttemptOutcome(OutcomeKind.FAILED, reason=f"internal: {type(error).__name__}")
        self._report.done += 1
        self._report.count("processed")
        if outcome.kind in {OutcomeKind.SYNCED, OutcomeKind.CLEAN, OutcomeKind.MOVED}:
            self._report.count("synced")
        elif outcome.kind in {OutcomeKind.GAVE_UP, OutcomeKind.FAILED}:
            self._report.fail(card_id, f"{name}: {outcome.reason}")
        else:
            self._report.count("postponed")

    async def _last_outcome(self, key: LinkKey) -> AttemptOutcome:
        """Of the card's attempts, with their pauses. An unavailable provider is not called for other cards."""
        tries = {OutcomeKind.RETRY: TRIES, OutcomeKind.MOVED: TRIES, OutcomeKind.PAUSED: PAUSED_TRIES}
        while True:
            async with self._slots:
                if key[2] in self.stopped or key[2] in self._unavailable:
                    return AttemptOutcome(OutcomeKind.PAUSED)
                outcome = await self._sync.sync_card(*key)
            if outcome.kind is OutcomeKind.STOPPED:
                self.stopped.setdefault(key[2], outcome.reason)
            pause = outcome.retry_in or 0
            if not tries.get(outcome.kind) or pause > PAUSE_SECONDS_MAX:
                break
            tries[outcome.kind] -= 1
            await self._pause(pause)
        if outcome.kind is OutcomeKind.PAUSED:
            self._unavailable.add(key[2])
        return outcome
