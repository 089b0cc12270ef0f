"""Who is admitted and sends no email leaves the place as the breaker's probe to another."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from backend.core.keys import KeyRing
from backend.core.mail_settings import MailSettings
from backend.core.outbound.breaker import FAILURES_MAX, Breaker, BreakerOpen
from backend.messaging.mailer import Mailer, MailsWait
from tests.conftest import Servers
from tests.world.redis_commands import ask_redis


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[Redis]:
    async with Redis.from_url(servers.valkey.url) as opened:
        await opened.flushdb()
        yield opened


@pytest.fixture
async def mailer(redis: Redis) -> AsyncIterator[Mailer]:
    """Its provider has failed; the pause is over, so that one may ask."""
    settings = MailSettings(email_rate_per_second=1000)
    async with Mailer(redis, KeyRing(["k" * 32]), lambda: settings) as opened:
        breaker = (await opened._open()).breaker
        for _ in range(FAILURES_MAX):
            await breaker.failed()
        await ask_redis(redis, "HSET", breaker._key, "until", "1")
        yield opened


@pytest.fixture
async def breaker(mailer: Mailer) -> Breaker:
    return (await mailer._open()).breaker


async def test_there_is_one_probe(mailer: Mailer, breaker: Breaker) -> None:
    async with mailer.admitted():
        with pytest.raises(BreakerOpen):
            await breaker.enter()


async def test_an_email_that_is_held_back_is_none(mailer: Mailer, breaker: Breaker) -> None:
    async with mailer.admitted():
        pass
    await breaker.enter()


async def test_an_email_whose_sending_failed_before_the_provider_was_asked_is_none(
    mailer: Mailer, breaker: Breaker
) -> None:
    with pytest.raises(ConnectionError):
        async with mailer.admitted():
            raise ConnectionError
    await breaker.enter()


async def test_an_email_for_which_the_rate_has_no_room_is_none(mailer: Mailer, breaker: Breaker) -> None:
    await (await mailer._open()).bucket.pause(60)
    with pytest.raises(MailsWait):
        async with mailer.admitted():
            raise AssertionError("not admitted")
    await breaker.enter()


async def test_an_email_that_was_sent_closes_the_breaker(mailer: Mailer, breaker: Breaker) -> None:
    async with mailer.admitted():
        await mailer._report(breaker.succeeded)
    assert not (await breaker.state()).is_open
