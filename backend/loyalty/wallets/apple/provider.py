"""Apple Wallet as the sync sees it: publish, then push. The phone fetches the pass itself."""

import asyncio
from collections import deque
from datetime import datetime

import structlog

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.outbound.breaker import Breaker, BreakerOpen, BreakerStopped
from backend.loyalty.wallets.apple.apns import Apns, Delivered, TokenRefused, Unregistered, Verdict
from backend.loyalty.wallets.apple.publish import claim, forget_devices, give_back, publish, wait_until
from backend.loyalty.wallets.ports import CardSnapshot, Misconfigured, Notify, Paused, Permanent, Provider, Transient

WINDOW = 50
TRUSTED_BEFORE = 10
"""Answers that are taken as good before the first real one, so that a single wrong token is no alarm."""
WRONG_SHARE_MAX = 0.2

log = structlog.get_logger()


class AppleWallet:
    name: Provider = "apple"

    def __init__(self, sessions: Sessions, apns: Apns, breaker: Breaker) -> None:
        self._sessions = sessions
        self._apns = apns
        self._breaker = breaker
        self._wrong: deque[bool] = deque(maxlen=WINDOW)

    async def push(self, card: CardSnapshot, notify: Notify | None) -> None:  # noqa: ARG002 - the pass speaks for itself
        """A pass on no phone is up to date as soon as it is published."""
        published = await publish(self._sessions, card.program.merchant_id, card.card_id)
        tokens = published.push_tokens
        while tokens:
            claimed = await claim(self._sessions, tokens, published.published_at)
            await self._push_all(claimed.tokens)
            if claimed.next_at is not None:
                await wait_until(claimed.next_at)
            tokens = claimed.waiting

    async def _push_all(self, tokens: list[str]) -> None:
        """All are tried; then the worst failure is raised."""
        answers = await asyncio.gather(*(self._push(token) for token in tokens), return_exceptions=True)
        failures = [answer for answer in answers if isinstance(answer, BaseException)]
        for kind in (Misconfigured, Transient, Permanent, BaseException):
            for failure in failures:
                if isinstance(failure, kind):
                    raise failure

    async def _push(self, token: str) -> None:
        try:
            await self._settle(token, await self._asked(token))
        except BaseException:
            await asyncio.shield(give_back(self._sessions, token))
            raise

    async def _asked(self, token: str) -> Verdict:
        try:
            await self._breaker.enter()
        except BreakerOpen as opened:
            raise Paused("apns_paused", "Apple's push service has not answered lately.", opened.retry_after) from None
        except BreakerStopped:
            raise Misconfigured("apns_stopped", "Apple's push service has refused us.") from None
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
        await self._breaker.succeeded()
        return verdict

    async def _settle(self, token: str, verdict: Verdict) -> None:
        self._wrong.append(isinstance(verdict, TokenRefused))
        match verdict:
            case Delivered():
                pass
            case Unregistered(since):
                await self._forget(token, since, "unregistered")
            case TokenRefused(reason):
                await self._doubt(reason)
                await self._forget(token, clock.now(), reason)

    async def _doubt(self, reason: str) -> None:
        """Many wrong tokens at once are not wrong phones but the wrong certificate: nobody is forgotten for that."""
        share = sum(self._wrong) / (len(self._wrong) + TRUSTED_BEFORE)
        if share > WRONG_SHARE_MAX:
            await self._breaker.stop("too_many_wrong_tokens")
            raise Misconfigured("apns_wrong_tokens", f"{share:.0%} of the last push tokens were refused: {reason}.")

    async def _forget(self, token: str, stored_before: datetime, reason: str) -> None:
        await forget_devices(self._sessions, token, stored_before=stored_before)
        log.info("apple_device_forgotten", reason=reason)
