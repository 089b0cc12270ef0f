"""The net under the real-time updates: every pass that is behind, four attempts each, what failed and why."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Protocol, runtime_checkable
from uuid import UUID

import structlog

from backend.core.outbound.retry import TRIES
from backend.merchants.queries import list_merchant_ids
from backend.wallets.due import Scope, count_due, due_chunks
from backend.wallets.links import repaint
from backend.wallets.outcomes import Outcome, Result
from backend.wallets.ports import LinkKey, Provider, WalletProvider
from backend.wallets.programs import ask_again
from backend.wallets.sync import WalletSync

AT_ONCE = 16
"""Pushes under way; more would only wait for the provider's quota."""
PATIENCE = 3
"""So often a run waits for a provider that is away, half a minute each time."""

PAUSE_SECONDS_MAX = 60.0
"""A card whose provider asks for more is left to the next run: it would keep all that come after it waiting."""

Pause = Callable[[float], Awaitable[None]]

log = structlog.get_logger()


class Report(Protocol):
    """What a run tells while it works."""

    done: int
    total: int | None

    def count(self, what: str, times: int = 1) -> None: ...
    def fail(self, failed_id: UUID | str, reason: str) -> None: ...


@runtime_checkable
class Paced(Protocol):
    """A provider with a slower lane, so that what people wait for goes first."""

    def in_bulk(self) -> WalletProvider: ...


class ProviderStopped(Exception):
    """The provider refuses us; going on would fail every card. Its text is for the operator."""


async def catch_up(sync: WalletSync, scope: Scope, report: Report, *, pause: Pause = asyncio.sleep) -> None:
    """Every pass in scope that is behind, oldest first, in chunks; one bad card never stops the others.

    Counts `processed`, `synced` and `postponed` (the provider is away, or somebody else is on it). Raises
    ProviderStopped at the end when a provider refused us; its cards are not failures of theirs.
    """
    if scope.card_id is not None:
        await _make_due(sync, scope)
    run = _Run(replace(sync, providers={name: _slow(each) for name, each in sync.providers.items()}), report, pause)
    merchants = await list_merchant_ids(sync.sessions, scope.merchant_id)
    for merchant_id in merchants:
        await ask_again(sync, merchant_id)
    report.total = await count_due(sync.sessions, merchants, scope)
    async for chunk in _chunks(sync, merchants, scope):
        async with asyncio.TaskGroup() as group:
            for key in chunk:
                group.create_task(run.one(key))
    if run.stopped:
        raise ProviderStopped("; ".join(f"{name}: {reason}" for name, reason in sorted(run.stopped.items())))


async def _chunks(sync: WalletSync, merchants: list[UUID], scope: Scope) -> AsyncIterator[list[LinkKey]]:
    for merchant_id in merchants:
        async for chunk in due_chunks(sync.sessions, merchant_id, scope):
            yield chunk


async def _make_due(sync: WalletSync, scope: Scope) -> None:
    """One card that somebody asks for is sent whatever its versions say."""
    assert scope.merchant_id is not None, "a card is named with its merchant"
    assert scope.card_id is not None, "asked for a card"
    async with sync.sessions.committing(scope.merchant_id) as session:
        await repaint(session, scope.merchant_id, [scope.card_id])


def _slow(provider: WalletProvider) -> WalletProvider:
    return provider.in_bulk() if isinstance(provider, Paced) else provider


class _Run:
    def __init__(self, sync: WalletSync, report: Report, pause: Pause) -> None:
        self.stopped: dict[Provider, str] = {}
        self._away: set[Provider] = set()
        self._sync, self._report, self._pause = sync, report, pause
        self._free = asyncio.Semaphore(AT_ONCE)

    async def one(self, key: LinkKey) -> None:
        _, card_id, name = key
        try:
            result = await self._settled(key)
        except Exception as error:
            log.exception("wallet_pass_failed", provider=name, card_id=str(card_id))
            result = Result(Outcome.FAILED, reason=f"internal: {type(error).__name__}")
        self._report.done += 1
        self._report.count("processed")
        if result.outcome in {Outcome.SYNCED, Outcome.CLEAN, Outcome.MOVED}:
            self._report.count("synced")
        elif result.outcome in {Outcome.GAVE_UP, Outcome.FAILED}:
            self._report.fail(card_id, f"{name}: {result.reason}")
        else:
            self._report.count("postponed")

    async def _settled(self, key: LinkKey) -> Result:
        """A card's attempts, with their pauses. A provider that stays away is not asked about the next card."""
        left = {Outcome.RETRY: TRIES, Outcome.MOVED: TRIES, Outcome.PAUSED: PATIENCE}
        while True:
            async with self._free:
                if key[2] in self.stopped or key[2] in self._away:
                    return Result(Outcome.PAUSED)
                result = await self._sync.sync_card(*key)
            if result.outcome is Outcome.STOPPED:
                self.stopped.setdefault(key[2], result.reason)
            pause = result.again_in or 0
            if not left.get(result.outcome) or pause > PAUSE_SECONDS_MAX:
                break
            left[result.outcome] -= 1
            await self._pause(pause)
        if result.outcome is Outcome.PAUSED:
            self._away.add(key[2])
        return result
