"""Bring one pass up to date: lease, absolute state, push, commit. Nothing else changes a link's versions and leases.

Without the lease an older push could overtake a newer one, and nobody would ever see it: the versions would agree.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.loyalty.cards.card_urls import CardLinks
from backend.wallets.attempts import Attempt
from backend.wallets.freshness import Freshness
from backend.wallets.leases import end_lease, take_lease
from backend.wallets.metrics import WALLET_LAG, WALLET_PUSHES
from backend.wallets.outcomes import Outcome, Refusal, Result, judged, left_alone, overtaken, stumbled
from backend.wallets.ports import LinkKey, Misconfigured, Permanent, Provider, Transient, WalletProvider

LEASE = timedelta(seconds=30)
PUSH_SECONDS = LEASE.total_seconds() - 5
"""Since the lease was asked for. A push ends before its lease, or its late request could overtake the next one's."""
DATABASE_STUMBLES = (asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError, TimeoutError, OSError)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WalletSync:
    pool: asyncpg.Pool
    sessions: Sessions
    links: CardLinks
    providers: Mapping[Provider, WalletProvider]
    """The configured ones."""
    freshness: Freshness

    async def sync_card(self, merchant_id: UUID, card_id: UUID, name: Provider) -> Result:
        """One attempt. Safe to call at any time, from anywhere, any number of times."""
        provider = self.providers.get(name)
        if provider is None:
            return Result(Outcome.GONE, reason="not_configured")
        try:
            result = await self._sync((merchant_id, card_id, name), provider)
        except DATABASE_STUMBLES as error:
            log.warning("wallet_sync_stumbled", error=type(error).__name__)
            result = stumbled(error)
        WALLET_PUSHES.labels(name, result.outcome).inc()
        return result

    async def _sync(self, key: LinkKey, provider: WalletProvider) -> Result:
        deadline = asyncio.get_running_loop().time() + PUSH_SECONDS
        attempt = await self._take(key)
        if isinstance(attempt, Result):
            return attempt
        try:
            fingerprint, is_news = await _show(provider, attempt, deadline)
        except (Transient, Permanent, Misconfigured) as refused:
            return await self._release(attempt, refused)
        return await self._commit(attempt, fingerprint, is_news=is_news)

    async def _take(self, key: LinkKey) -> Attempt | Result:
        """Lease and snapshot in one statement: whoever comes later has read what we have read, or newer."""
        token, now = uuid4(), clock.now()
        taken = await take_lease(self.pool, key, token, now, now + LEASE)
        if taken.outcome != "taken":
            return left_alone(taken, now)
        return Attempt.of(key, token, taken, self.links, now)

    async def _commit(self, attempt: Attempt, fingerprint: str, *, is_news: bool) -> Result:
        now = clock.now()
        ended = await end_lease(self.pool, attempt.key[0], attempt.succeeded(fingerprint, now))
        if ended == "lost":
            # Overslept: which of two pushes came last is not known, so the pass is behind again.
            return overtaken()
        if is_news and attempt.waiting_since is not None:
            await self._note_lag(attempt.key[2], (now - attempt.waiting_since).total_seconds())
        return Result(Outcome.MOVED, 0) if ended == "moved" else Result(Outcome.SYNCED)

    async def _release(self, attempt: Attempt, refused: Refusal) -> Result:
        result = judged(refused, attempt.number)
        log.warning("wallet_push_refused", provider=attempt.key[2], outcome=result.outcome, code=refused.code)
        ended = await end_lease(self.pool, attempt.key[0], attempt.failed(refused, result, clock.now()))
        if ended == "lost":
            return overtaken()
        if ended == "moved" and result.outcome is Outcome.FAILED:
            # What was refused is the card's past.
            return Result(Outcome.RETRY, 0, result.reason)
        return result

    async def _note_lag(self, provider: Provider, seconds: float) -> None:
        WALLET_LAG.labels(provider).observe(max(0.0, seconds))
        await self.freshness.note(provider, max(0.0, seconds))


async def _show(provider: WalletProvider, attempt: Attempt, deadline: float) -> tuple[str, bool]:
    """The fingerprint of what the pass shows now, and whether it had to be sent.

    Raises Transient, Permanent or Misconfigured, whatever it was that failed.
    """
    try:
        async with asyncio.timeout_at(deadline):
            return await _push(provider, attempt)
    except (Transient, Permanent, Misconfigured):
        raise
    except TimeoutError as error:
        raise Transient("timeout", f"No answer within {PUSH_SECONDS:.0f} s.") from error
    except Exception as error:
        log.exception("wallet_push_failed", provider=provider.name, card_id=str(attempt.snapshot.card_id))
        raise Transient("internal", type(error).__name__) from error


async def _push(provider: WalletProvider, attempt: Attempt) -> tuple[str, bool]:
    card = attempt.snapshot
    fingerprint = provider.fingerprint(card)
    if not attempt.is_shown(fingerprint):
        await provider.push(card, attempt.notify)
        return fingerprint, True
    if card.is_live:
        # Nothing of its own has changed; what it shares with others may have.
        await provider.ensure_program(card.program)
    return fingerprint, False
