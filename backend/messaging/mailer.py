"""Hands mails to the provider of the present settings, within its rate; a breaker stops them while it is down."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import NamedTuple, Self

import msgspec
import structlog
from redis.asyncio import Redis

from backend.core.keys import KeyRing
from backend.core.mail_settings import MailSettings
from backend.core.outbound.breaker import Breaker, BreakerOpen, BreakerStopped
from backend.core.outbound.bucket import Bucket, BucketFull
from backend.messaging.delivery import open_delivery
from backend.messaging.faults import FAULTS, FaultKind
from backend.messaging.providers.ports import Delivery, DeliveryFailed, MailFault, OutgoingMail

PURPOSE = "mail settings"
WAIT_SECONDS_MAX = 60.0
"""A mail that has to wait is looked at again after this time: the settings may have changed."""
MARK_BYTES = 8
BEFORE_THE_PROVIDER = {"address_invalid"}
"""Faults that are found before the provider is asked."""

log = structlog.get_logger()


class MailsWait(Exception):
    """The provider is down or its rate is used up: nothing may be sent for `seconds`."""

    def __init__(self, seconds: float, code: str | None) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = min(max(seconds, 1.0), WAIT_SECONDS_MAX)
        self.code = code
        """The fault that waiting mails show."""


class MailRefusal(NamedTuple):
    fault: MailFault
    is_probe: bool
    """The provider was already known to be down."""


class _Provider(NamedTuple):
    """The provider that one value of the settings names."""

    settings: MailSettings
    delivery: Delivery
    breaker: Breaker
    bucket: Bucket


class Mailer:
    """Keeps connections open until it is closed or the settings change. It sends one mail at a time.

    `current` returns the settings of the moment. Breakers and rates are shared by all processes with the same settings:
    after a change the breaker is a new, closed one.
    """

    def __init__(self, redis: Redis, keys: KeyRing, current: Callable[[], MailSettings]) -> None:
        self._redis, self._keys, self._current = redis, keys, current
        self._provider: _Provider | None = None
        self._is_reported = False
        """Whether the breaker knows how the mail at hand has ended."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[tuple[MailSettings, Delivery]]:
        """Within it one mail may be sent; it tells by what. Raises MailsWait.

        Who sends none after all leaves the place as the breaker's probe to another.
        """
        provider = await self._open()
        self._is_reported = False
        try:
            await provider.breaker.enter()
        except BreakerOpen as error:
            raise MailsWait(error.retry_after, "provider_down") from error
        except BreakerStopped as error:
            raise MailsWait(WAIT_SECONDS_MAX, "provider_down") from error
        try:
            await provider.bucket.wait()
            yield provider.settings, provider.delivery
        except BucketFull as error:
            raise MailsWait(error.wait_seconds, None) from error
        finally:
            if not self._is_reported:
                await provider.breaker.leave()

    async def send(self, mail: OutgoingMail) -> str | MailRefusal:
        """The provider's answer, or why it has none. Call it within `admitted`."""
        provider = self._provider
        assert provider is not None, "admitted"
        try:
            answer = await provider.delivery.send(mail)
        except DeliveryFailed as error:
            if error.fault.code == "internal_error":
                log.exception("mail_not_written", mail=str(mail.id))
            return await self._refused(provider, error.fault)
        except Exception:
            log.exception("mail_not_written", mail=str(mail.id))
            return MailRefusal(MailFault("internal_error"), is_probe=False)
        await self._report(provider.breaker.succeeded)
        return answer

    async def _refused(self, provider: _Provider, fault: MailFault) -> MailRefusal:
        is_own = FAULTS[fault.code].kind is FaultKind.OWN
        is_down = is_own or fault.code in {"service_unavailable", "outcome_unknown"}
        is_probe = is_own and (await provider.breaker.state()).is_open
        if is_down:
            await self._report(provider.breaker.failed)
        elif fault.code not in BEFORE_THE_PROVIDER:
            await self._report(provider.breaker.succeeded)
        if fault.retry_after_seconds:
            await provider.bucket.pause(fault.retry_after_seconds)
        return MailRefusal(fault, is_probe)

    async def _report(self, outcome: Callable[[], Awaitable[None]]) -> None:
        await outcome()
        self._is_reported = True

    async def _open(self) -> _Provider:
        settings = self._current()
        if self._provider is None or self._provider.settings != settings:
            await self._close()
            mark = self._keys.sign(PURPOSE, msgspec.msgpack.encode(settings))[:MARK_BYTES].hex()
            self._provider = _Provider(
                settings,
                open_delivery(settings),
                Breaker(self._redis, f"mail:{mark}"),
                Bucket(self._redis, "mail", settings.email_rate_per_second),
            )
        return self._provider

    async def _close(self) -> None:
        provider, self._provider = self._provider, None
        if provider is not None:
            await provider.delivery.close()
