"""The provider for Apple Wallet: publishes the pass and pushes its phones, which then fetch it."""

import asyncio
import hashlib
from collections import deque
from datetime import datetime

import msgspec
import structlog

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.outbound.breaker import Breaker, BreakerOpen, BreakerStopped
from backend.wallets.apple.apns import Apns, Delivered, PushVerdict, TokenRefused, Unregistered
from backend.wallets.apple.devices import delete_devices, knows_any, mark_known
from backend.wallets.apple.publish import PushClaim, claim, publish, release_claim, wait_until
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
from i18n.translator import N_

WINDOW = 50
ASSUMED_GOOD = 10
"""Responses that are assumed to be good before the first one, so that a single wrong token raises no alarm."""
WRONG_SHARE_MAX = 0.2
DISTRUSTED = "too_many_wrong_tokens"
STOPPED = ("apns_stopped", N_("Apple’s push service has refused us."))

log = structlog.get_logger()


class AppleProvider:
    name: Provider = "apple"

    def __init__(self, sessions: Sessions, apns: Apns, breaker: Breaker) -> None:
        self._sessions = sessions
        self._apns = apns
        self._breaker = breaker
        self._refused: deque[bool] = deque(maxlen=WINDOW)

    def fingerprint(self, card: CardSnapshot) -> str:
        """Includes the version: a phone may have fetched a state that a later booking has reversed."""
        return hashlib.sha256(msgspec.json.encode(card)).hexdigest()

    async def ensure_program(self, program: ProgramSnapshot, *, anyway: bool = False) -> None:
        """Passes share nothing at Apple."""

    async def push(self, card: CardSnapshot, notify: NotifyReason | None) -> None:  # noqa: ARG002 - a change of the pass notifies by itself
        """A pass that is on no phone is up to date as soon as it is published."""
        published = await publish(self._sessions, card.program.merchant_id, card.card_id)
        tokens = published.push_tokens
        while tokens:
            claimed = await claim(self._sessions, tokens, published.published_at)
            await self._push_all(claimed)
            if claimed.next_at is not None:
                await wait_until(claimed.next_at)
            tokens = claimed.waiting

    async def _push_all(self, claimed: PushClaim) -> None:
        """Pushes all phones, then raises the worst failure."""
        pushes = (self._push(token, is_known=token in claimed.known) for token in claimed.tokens)
        results = await asyncio.gather(*pushes, return_exceptions=True)
        failures = [result for result in results if isinstance(result, BaseException)]
        for kind in (Misconfigured, Transient, Permanent, BaseException):
            for failure in failures:
                if isinstance(failure, kind):
                    raise failure

    async def _push(self, token: str, *, is_known: bool) -> None:
        try:
            await self._record(token, await self._verdict(token, is_known=is_known), is_known=is_known)
        except BaseException:
            await asyncio.shield(release_claim(self._sessions, token))
            raise

    async def _verdict(self, token: str, *, is_known: bool) -> PushVerdict:
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
        """Whether this push is the trial after a stop. A token that was never accepted cannot be one."""
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

    async def _record(self, token: str, verdict: PushVerdict, *, is_known: bool) -> None:
        match verdict:
            case Delivered():
                self._refused.append(False)
                if not is_known:
                    await mark_known(self._sessions, token)
            case Unregistered(since):
                self._refused.append(False)
                await self._delete_devices(token, since, "unregistered")
            case TokenRefused(reason):
                await (self._count_refusal(reason) if is_known else self._check_unknown_token(reason))
                await self._delete_devices(token, clock.now(), reason)

    async def _check_unknown_token(self, reason: str) -> None:
        """A token that Apple has never accepted may be forged, so its refusal does not stop other pushes.

        While Apple has accepted no token at all, the cause may be our certificate. Then the token is kept, and its card
        stays out of date.
        """
        if not await knows_any(self._sessions):
            raise Misconfigured("apns_wrong_tokens", f"Apple has never taken a push of ours: {reason}.")

    async def _count_refusal(self, reason: str) -> None:
        """When Apple refuses many known tokens, the certificate is wrong: the phones are kept, and pushes stop."""
        self._refused.append(True)
        share = sum(self._refused) / (len(self._refused) + ASSUMED_GOOD)
        if share > WRONG_SHARE_MAX:
            await self._distrust(f"{share:.0%} of the last push tokens were refused: {reason}.")

    async def _distrust(self, detail: str) -> None:
        """Stops all pushes, because our certificate is wrong."""
        await self._breaker.stop(DISTRUSTED)
        raise Misconfigured("apns_wrong_tokens", detail)

    async def _delete_devices(self, token: str, stored_before: datetime, reason: str) -> None:
        await delete_devices(self._sessions, token, stored_before=stored_before)
        log.info("apple_device_forgotten", reason=reason)
