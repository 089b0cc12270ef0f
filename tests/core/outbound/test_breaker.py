"""A provider that does not answer is left alone, and asked again carefully."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from backend.core.outbound.breaker import FAILURES_MAX, LOOK_SECONDS, Breaker, BreakerOpen, BreakerStopped
from tests.conftest import Servers
from tests.world.redis_commands import ask_redis

OPEN_SECONDS, STOP_SECONDS = 200, 600
"""So long that nothing is over before a test says so."""
KEY = "breaker:somebody"
Later = Callable[[float], Awaitable[None]]


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[Redis]:
    async with Redis.from_url(servers.valkey.url) as opened:
        await opened.flushdb()
        yield opened


@pytest.fixture
def breaker(redis: Redis) -> Breaker:
    return Breaker(redis, "somebody", mark="key-1", open_seconds=OPEN_SECONDS, stop_seconds=STOP_SECONDS)


@pytest.fixture
def later(redis: Redis) -> Later:
    """As much later for the breaker: by Redis' clock, which nobody moves, its moments have come nearer."""

    async def pass_by(seconds: float) -> None:
        for name in ("until", "probe"):
            if await ask_redis(redis, "HEXISTS", KEY, name):
                await ask_redis(redis, "HINCRBY", KEY, name, -round(seconds * 1000))

    return pass_by


async def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        await breaker.enter()
        await breaker.failed()


async def test_four_failures_leave_it_closed_and_the_fifth_opens_it(breaker: Breaker) -> None:
    await fail(breaker, FAILURES_MAX - 1)
    await breaker.enter()
    await breaker.failed()
    with pytest.raises(BreakerOpen) as refused:
        await breaker.enter()
    assert 0 < refused.value.retry_after <= OPEN_SECONDS
    assert (await breaker.state()).is_open


async def test_a_success_in_between_starts_the_count_anew(breaker: Breaker) -> None:
    await fail(breaker, FAILURES_MAX - 1)
    await breaker.succeeded()
    await fail(breaker, FAILURES_MAX - 1)
    await breaker.enter()


async def test_all_processes_see_it_open(breaker: Breaker, redis: Redis) -> None:
    await fail(breaker, FAILURES_MAX)
    with pytest.raises(BreakerOpen):
        await Breaker(redis, "somebody", mark="key-1").enter()
    await Breaker(redis, "somebody else", mark="key-1").enter()


async def test_after_the_pause_exactly_one_of_fifty_may_try(breaker: Breaker, later: Later) -> None:
    await fail(breaker, FAILURES_MAX)
    await later(OPEN_SECONDS)
    tried = await asyncio.gather(*(breaker.enter() for _ in range(50)), return_exceptions=True)
    assert sum(result is False for result in tried) == 1
    refused = [result for result in tried if isinstance(result, BreakerOpen)]
    assert len(refused) == 49
    assert max(result.retry_after for result in refused) <= LOOK_SECONDS, "the probe may succeed at once"


async def test_a_probe_that_succeeds_closes_it(breaker: Breaker, later: Later) -> None:
    await fail(breaker, FAILURES_MAX)
    await later(OPEN_SECONDS)
    await breaker.enter()
    await breaker.succeeded()
    await asyncio.gather(*(breaker.enter() for _ in range(5)))


async def test_a_probe_that_fails_opens_it_again(breaker: Breaker, later: Later) -> None:
    await fail(breaker, FAILURES_MAX)
    await later(OPEN_SECONDS)
    await fail(breaker, 1)
    with pytest.raises(BreakerOpen):
        await breaker.enter()


async def test_a_call_given_up_while_it_asks_is_not_the_probe(
    breaker: Breaker, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis has heard the question, and its answer comes too late."""
    await fail(breaker, FAILURES_MAX)
    await later(OPEN_SECONDS)
    has_heard, ask = asyncio.Event(), breaker._ask_redis

    async def ask_in_vain(command: Awaitable[Any]) -> Any:
        await ask(command)
        if not has_heard.is_set():
            has_heard.set()
            await asyncio.Event().wait()

    monkeypatch.setattr(breaker, "_ask_redis", ask_in_vain)
    asking = asyncio.create_task(breaker.enter())
    await has_heard.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    monkeypatch.undo()
    await breaker.enter()


async def test_an_answer_to_an_older_question_does_not_close_it(breaker: Breaker) -> None:
    await fail(breaker, FAILURES_MAX)
    await breaker.succeeded()
    with pytest.raises(BreakerOpen):
        await breaker.enter()


async def test_a_stop_is_longer_and_somebody_may_end_it(breaker: Breaker, later: Later) -> None:
    await breaker.stop("403")
    await later(OPEN_SECONDS)
    await breaker.succeeded()
    with pytest.raises(BreakerStopped):
        await breaker.enter()
    assert (await breaker.state()).stopped_because == "403"
    await breaker.resume()
    await breaker.enter()


async def test_some_time_after_a_stop_exactly_one_tries_and_knows_it(breaker: Breaker, later: Later) -> None:
    await breaker.stop("403")
    await later(STOP_SECONDS)
    tried = await asyncio.gather(*(breaker.enter() for _ in range(50)), return_exceptions=True)
    assert sum(result is True for result in tried) == 1
    assert sum(isinstance(result, BreakerOpen) for result in tried) == 49, "the others wait for its answer"
    assert (await breaker.state()).stopped_because == "403"
    await breaker.succeeded()
    assert await breaker.enter() is False
    assert (await breaker.state()).stopped_because is None


async def test_a_try_that_is_refused_again_prolongs_the_stop(breaker: Breaker, later: Later) -> None:
    await breaker.stop("403")
    await later(STOP_SECONDS)
    await breaker.enter()
    await breaker.stop("403 still")
    with pytest.raises(BreakerStopped):
        await breaker.enter()
    assert (await breaker.state()).stopped_because == "403 still"


async def test_a_try_without_an_answer_is_followed_by_another_soon_and_lifts_nothing(
    breaker: Breaker, later: Later
) -> None:
    await breaker.stop("403")
    await later(STOP_SECONDS)
    await breaker.enter()
    await breaker.failed()
    with pytest.raises(BreakerStopped):
        await breaker.enter()
    await later(OPEN_SECONDS)
    assert await breaker.enter() is True


async def test_a_stop_does_not_outlive_the_key_it_was_for(breaker: Breaker, redis: Redis) -> None:
    await breaker.stop("403")
    rotated = Breaker(redis, "somebody", mark="key-2")
    assert (await rotated.state()).stopped_because is None
    await rotated.enter()
    await breaker.enter()


async def test_a_clock_of_redis_that_was_set_back_keeps_nobody_out_for_that_long(
    breaker: Breaker, redis: Redis
) -> None:
    await ask_redis(redis, "HSET", KEY, "until", int((time.time() + 7200) * 1000))
    await breaker.enter()
    await breaker.succeeded()
    assert not (await breaker.state()).is_open


async def test_without_redis_everybody_may_pass() -> None:
    breaker = Breaker(Redis.from_url("redis://127.0.0.1:1/0"), "somebody")
    await fail(breaker, 2 * FAILURES_MAX)
    await breaker.enter()
