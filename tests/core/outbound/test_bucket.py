"""One pace for all processes."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from redis.asyncio import Redis

from backend.core.outbound.bucket import Bucket, BucketFull
from tests.conftest import Servers
from tests.world.redis_commands import ask_redis

SENDER = r"""
import asyncio, sys, time
from redis.asyncio import Redis
from backend.core.outbound import bucket

bucket.ANSWER_SECONDS_MAX = 60
# When each leaves, by the clock that all share: a busy machine prints late.
bucket.ADMIT = bucket.ADMIT.replace("return '0'", "redis.call('RPUSH', 'left', string.format('%.0f', now))\nreturn '0'")

async def main():
    redis = Redis.from_url(sys.argv[1])
    shared = bucket.Bucket(redis, "shared", 18)
    end = time.monotonic() + 4
    async def client():
        while time.monotonic() < end:
            await shared.wait()
            print("sent", flush=True)
    await asyncio.gather(*(client() for _ in range(10)))
    await redis.aclose()

asyncio.run(main())
"""


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[Redis]:
    async with Redis.from_url(servers.valkey.url) as opened:
        await opened.flushdb()
        yield opened


def worst_second(moments: list[float]) -> int:
    return max(sum(start <= moment < start + 1 for moment in moments) for start in moments)


@pytest.mark.slow
async def test_forty_clients_in_four_processes_never_send_more_than_twenty_in_any_second(
    servers: Servers, redis: Redis
) -> None:
    senders = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", SENDER, servers.valkey.url, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(4)
    ]
    told = [(await sender.communicate())[0].decode().split() for sender in senders]
    moments = [int(moment) / 1_000_000 for moment in await ask_redis(redis, "LRANGE", "left", 0, -1)]
    assert len(moments) == sum(len(each) for each in told), "nobody left unseen"
    assert worst_second(moments) <= 20
    assert len(moments) > 36, "it is a pace, not a stop"
    assert all(len(each) > len(moments) / 10 for each in told), "nobody starves"


async def test_turns_come_one_by_one_without_a_burst(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket, asked = Bucket(redis, "even", 20), []
    reserved = bucket._reserved

    async def noted(*limit: float) -> float:
        asked.append(await reserved(*limit))
        return asked[-1]

    monkeypatch.setattr(bucket, "_reserved", noted)
    moments: list[float] = []
    for _ in range(6):
        await bucket.wait()
        moments.append(bucket._sent_at)
    assert min(later - earlier for earlier, later in pairwise(moments)) > 0.04
    assert max(asked) <= 0.05, "nobody waits longer than for the one before"


async def test_a_process_that_wakes_up_late_does_not_leave_together_with_others(redis: Redis) -> None:
    bucket, moments = Bucket(redis, "stalled", 20), []

    async def client() -> None:
        await bucket.wait()
        moments.append(bucket._sent_at)

    waiting = [asyncio.create_task(client()) for _ in range(8)]
    await asyncio.sleep(0.05)
    time.sleep(0.3)  # noqa: ASYNC251 - as a busy machine does
    await asyncio.gather(*waiting)
    assert min(later - earlier for earlier, later in pairwise(moments)) > 0.04


async def test_a_wait_that_is_too_long_is_refused_and_reserves_nothing(redis: Redis) -> None:
    bucket = Bucket(redis, "slow", 1 / 50)
    await bucket.wait()
    for _ in range(3):
        with pytest.raises(BucketFull) as refused:
            await bucket.wait(0.2)
        assert 0.2 < refused.value.wait_seconds <= 50


async def test_a_pause_holds_even_those_back_who_wait_already(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket(redis, "paused", 10)
    await bucket.wait()
    reserved, started = bucket._reserved, time.monotonic()

    async def paused_after(limit: float) -> float:
        monkeypatch.undo()
        seconds = await reserved(limit)
        await bucket.pause(0.5)
        return seconds

    monkeypatch.setattr(bucket, "_reserved", paused_after)
    await bucket.wait()
    assert time.monotonic() - started >= 0.5


async def test_while_redis_is_away_each_process_keeps_its_share() -> None:
    bucket = Bucket(Redis.from_url("redis://127.0.0.1:1/0"), "alone", 40, processes_max=4)
    started = time.monotonic()
    for _ in range(4):
        await bucket.wait()
    assert time.monotonic() - started >= 0.3, "three intervals of a tenth of a second"


async def test_a_clock_of_redis_that_was_set_back_stops_nobody(redis: Redis) -> None:
    """What was written before would be an hour ahead."""
    ahead = int((time.time() + 3600) * 1_000_000)
    await redis.set("bucket:shared", ahead)
    await ask_redis(redis, "LPUSH", "bucket:shared:left", *[ahead] * 18)
    await Bucket(redis, "shared", 18).wait(1)
