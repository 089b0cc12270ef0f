"""Apple Wallet as the sync sees it: publish, then push. The phone fetches the pass itself."""

import asyncio
import hashlib
from collections import deque
from datetime import datetime

import msgspec
import structlog

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.outbound.breaker import Breaker, BreakerOpen, BreakerStopped
from backend.wallets.apple.apns import Apns, Delivered, TokenRefused, Unregistered, Verdict
from backend.wallets.apple.devices import forget_devices, knows_any, note_known
from backend.wallets.apple.publish import Claim, claim, give_back, publish, wait_until
from backend.wallets.ports import (
    CardSnapshot,
    Misconfigured,
    NotifyReason,
    Paused,
    Permanent,
    ProgramSnapshot,
    Provider,
    Transient,
)

WINDOW = 50
TRUSTED_BEFORE = 10
"""Answers that are taken as good before the first real one, so that a single wrong token is no alarm."""
WRONG_SHARE_MAX = 0.2
DISTRUSTED = "too_many_wrong_tokens"
STOPPED = ("apns_stopped", "Apple's push service has refused us.")

log = structlog.get_logger()


class AppleWallet:
    name: Provider = "apple"

    def __init__(self, sessions: Sessions, apns: Apns, breaker: Breaker) -> None:
        self._sessions = sessions
        self._apns = apns
        self._breaker = breaker
        self._wrong: deque[bool] = deque(maxlen=WINDOW)

    def fingerprint(self, card: CardSnapshot) -> str:
        """Of everything, the version too: phones fetch when they like, also what was booked and taken back since."""
        return hashlib.sha256(msgspec.json.encode(card)).hexdigest()

    async def ensure_program(self, program: ProgramSnapshot, *, anyway: bool = False) -> None:
        """Nothing is shared: each pass says it all."""

    async def push(self, card: CardSnapshot, notify: NotifyReason | None) -> None:  # noqa: ARG002 - the pass speaks for itself
        """A pass on no phone is up to date as soon as it is published."""
        published = await publish(self._sessions, card.program.merchant_id, card.card_id)
        tokens = published.push_tokens
        while tokens:
            claimed = await claim(self._sessions, tokens, published.published_at)
            await self._push_all(claimed)
            if claimed.next_at is not None:
                await wait_until(claimed.next_at)
            tokens = claimed.waiting

    async def _push_all(self, claimed: Claim) -> None:
        """All are tried; then the worst failure is raised."""
        pushes = (self._push(token, is_known=token in claimed.known) for token in claimed.tokens)
        answers = await asyncio.gather(*pushes, return_exceptions=True)
        failures = [answer for answer in answers if isinstance(answer, BaseException)]
        for kind in (Misconfigured, Transient, Permanent, BaseException):
            for failure in failures:
                if isinstance(failure, kind):
                    raise failure

    async def _push(self, token: str, *, is_known: bool) -> None:
        try:
            await self._settle(token, await self._asked(token, is_known=is_known), is_known=is_known)
        except BaseException:
            await asyncio.shield(give_back(self._sessions, token))
            raise

    async def _asked(self, token: str, *, is_known: bool) -> Verdict:
        is_trial = await self._enter(is_known=is_known)
        try:
            verdict = await self._apns.push(token)
        except Misconfigured as refused:
            await self._breaker.stop(refused.code)
            raise
        except Permanent:
            await self._breaker.succeeded()
            raise
        except Transient as failure:
            await (self._breaker.succeeded() if failure.code == "apns_429" else self._breaker.failed())
            raise
        if is_trial and is_known and isinstance(verdict, TokenRefused):
            await self._distrust(f"after a stop, another token was refused: {verdict.reason}.")
        await self._breaker.succeeded()
        return verdict

    async def _enter(self, *, is_known: bool) -> bool:
        """Whether this push is the one that tries again after a stop; not with a token that proves nothing."""
        if not is_known and await self._is_distrusted():
            raise Misconfigured(*STOPPED)
        try:
            return await self._breaker.enter()
        except BreakerOpen as opened:
            raise Paused("apns_paused", "Apple's push service has not answered lately.", opened.retry_after) from None
        except BreakerStopped:
            raise Misconfigured(*STOPPED) from None

    async def _is_distrusted(self) -> bool:
        state = await self._breaker.state()
        return state.stopped_because == DISTRUSTED and await knows_any(self._sessions)

    async def _settle(self, token: str, verdict: Verdict, *, is_known: bool) -> None:
        match verdict:
            case Delivered():
                self._wrong.append(False)
                if not is_known:
                    await note_known(self._sessions, token)
            case Unregistered(since):
                self._wrong.append(False)
                await self._forget(token, since, "unregistered")
            case TokenRefused(reason):
                await (self._doubt(reason) if is_known else self._disbelieve(reason))
                await self._forget(token, clock.now(), reason)

    async def _disbelieve(self, reason: str) -> None:
        """A token that Apple has never taken may have been made up: it says nothing about us, and stops nobody else.

        As long as Apple has taken none at all, it may be our fault: then it is kept, and its card stays behind.
        """
        if not await knows_any(self._sessions):
            raise Misconfigured("apns_wrong_tokens", f"Apple has never taken a push of ours: {reason}.")

    async def _doubt(self, reason: str) -> None:
        """Many phones at once that Apple knew are not wrong phones but the wrong certificate, and not forgotten."""
        self._wrong.append(True)
        share = sum(self._wrong) / (len(self._wrong) + TRUSTED_BEFORE)
        if share > WRONG_SHARE_MAX:
            await self._distrust(f"{share:.0%} of the last push tokens were refused: {reason}.")

    async def _distrust(self, told: str) -> None:
        """It is our certificate, not these phones."""
        await self._breaker.stop(DISTRUSTED)
        raise Misconfigured("apns_wrong_tokens", told)

    async def _forget(self, token: str, stored_before: datetime, reason: str) -> None:
        await forget_devices(self._sessions, token, stored_before=stored_before)
        log.info("apple_device_forgotten", reason=reason)
