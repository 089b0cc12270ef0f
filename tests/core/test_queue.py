"""The notifier: jobs are JSON, and a lost ring costs only time."""

import asyncio
import pickle
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.core.queue import QUEUE_NAME, RELAY, RemoteJobError, WorkerNotifier, deserialize, open_queue, serialize
from backend.services import Services
from tests.conftest import LogLines
from tests.world.patience import PATIENCE_SECONDS
from tests.world.shop import Shop


class Ringing:
    """A queue that counts; or one that is away."""

    def __init__(self, error: Exception | None = None) -> None:
        self.rung = 0
        self._error = error

    async def enqueue_job(self, *_: str, **__: str) -> None:
        self.rung += 1
        if self._error:
            raise self._error


class Slow:
    """A queue whose worker is quicker than its answer."""

    def __init__(self) -> None:
        self.rung = 0
        self.is_rung, self.may_answer = asyncio.Event(), asyncio.Event()

    async def enqueue_job(self, *_: str, **__: str) -> None:
        self.rung += 1
        self.is_rung.set()
        await self.may_answer.wait()


class Silent:
    """A queue that takes what it is told and never answers."""

    async def enqueue_job(self, *_: str, **__: str) -> None:
        await asyncio.Event().wait()


def notifier_of(queue: Ringing | Slow | Silent) -> WorkerNotifier:
    """The notifier of this queue."""
    return WorkerNotifier(cast("ArqRedis", queue))


def test_a_job_is_json_and_nothing_else() -> None:
    raw = serialize({"t": 1, "f": RELAY, "a": (), "k": {}, "et": 0})
    assert msgspec.json.decode(raw)["f"] == RELAY
    assert deserialize(raw)["a"] == []


def test_what_is_no_json_is_refused_and_never_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    with pytest.raises(msgspec.DecodeError):
        deserialize(pickle.dumps(Planted(marker)))
    assert not marker.exists()


class Planted:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.marker,))


def test_a_failure_travels_by_its_name_only() -> None:
    assert isinstance(deserialize(serialize({"r": ValueError("secret")}))["r"], RemoteJobError)
    assert b"secret" not in serialize({"r": ValueError("secret")})


def test_what_is_no_plain_value_cannot_be_a_payload() -> None:
    with pytest.raises(NotImplementedError, match="a job may not carry Planted"):
        serialize({"a": Planted(Path())})


async def test_many_bookings_ring_once() -> None:
    queue = Ringing()
    notifier = notifier_of(queue)
    for _ in range(50):
        notifier.notify()
    await notifier.close()
    assert queue.rung == 1
    notifier.notify()
    await notifier.close()
    assert queue.rung == 2


@pytest.mark.parametrize("error", [RedisError(), TimeoutError(), OSError()])
async def test_a_queue_that_is_broken_disturbs_nobody_and_is_logged(error: Exception, log_lines: LogLines) -> None:
    queue = Ringing(error)
    notifier = notifier_of(queue)
    notifier.notify()
    await notifier.close()
    assert queue.rung == 1
    assert failed_wake_ups(log_lines()) == [type(error).__name__]


def failed_wake_ups(lines: list[dict[str, Any]]) -> list[str]:
    """The names of their errors: `close` raises none of them."""
    return [line["error"] for line in lines if line["event"] == "worker_wakeup_failed"]


async def test_a_booking_while_the_wake_up_of_another_is_on_its_way_rings_anew() -> None:
    """That one may have been heard already, before this booking was there to be seen."""
    queue = Slow()
    notifier = notifier_of(queue)
    notifier.notify()
    await queue.is_rung.wait()
    notifier.notify()
    queue.may_answer.set()
    await notifier.close()
    assert queue.rung == 2


async def test_closing_without_a_booking_wakes_nobody() -> None:
    queue = Ringing()
    await notifier_of(queue).close()
    assert queue.rung == 0


async def test_a_booking_rings_and_the_ring_says_nothing_about_anybody(services: Services, shop: Shop) -> None:
    card = await shop.anna.enroll("canary@example.com", first_name="Canary")
    await shop.anna.earn(card, cents=100)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while f"{job_key_prefix}{RELAY}:" not in (kept := await everything_in(services.redis)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert QUEUE_NAME in kept
    for secret in ("canary", "Canary", card["id"], card["code"], str(shop.anna.token)):
        assert secret not in kept


async def everything_in(redis: Redis) -> str:
    """All keys and what they hold, as text."""
    told = []
    for key in await redis.keys("*"):
        told.append(key.decode())
        dumped = await redis.dump(key)
        told.append(dumped.decode("latin-1"))
    return " ".join(told)


async def test_a_queue_that_is_away_is_given_up(log_lines: LogLines) -> None:
    queue = open_queue("redis://127.0.0.1:1")
    notifier = WorkerNotifier(queue)
    notifier.notify()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await notifier.close()
    await queue.aclose(close_connection_pool=True)
    assert failed_wake_ups(log_lines()) == ["ConnectionError"]


async def test_a_queue_that_says_nothing_is_given_up(log_lines: LogLines) -> None:
    notifier = notifier_of(Silent())
    notifier.notify()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await notifier.close()
    assert failed_wake_ups(log_lines()) == ["TimeoutError"]
