"""The load generator: a separate process that sends prepared requests over kept connections at little cost.

Reads a plan from standard input and writes the outcome to standard output, both as JSON.
"""

import asyncio
import os
import sys
import time
from typing import cast

import msgspec
import uvloop

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"
ANSWER_SECONDS_MAX = 10


class Plan(msgspec.Struct, frozen=True):
    host: str
    port: int
    connections: int
    requests: list[str]
    expected_status: int
    seconds_max: float
    pause_seconds: float = 0.0
    """Between an answer and the next request on its connection."""


class Outcome(msgspec.Struct, frozen=True):
    """What a driver measured. `answered_at` is in seconds since its start, in the order of the answers."""

    answered_at: list[float]
    latencies: list[float]
    """Seconds, one for each answer."""
    failures: dict[str, int]
    cpu_seconds: float
    beside: int = 0
    """Bookings of others meanwhile, which are not measured."""


class Load:
    """The remaining requests and the results so far."""

    def __init__(self, plan: Plan) -> None:
        self.expected = str(plan.expected_status).encode()
        self.requests = [request.encode() for request in plan.requests]
        self.seconds_max = plan.seconds_max
        self.pause_seconds = plan.pause_seconds
        self.next = 0
        self.answered_at: list[float] = []
        self.latencies: list[float] = []
        self.failures: dict[str, int] = {}
        self.open = 0
        self.started = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def take(self) -> bytes | None:
        """None when all requests are sent or the time is over."""
        if self.next >= len(self.requests) or time.perf_counter() - self.started > self.seconds_max:
            return None
        self.next += 1
        return self.requests[self.next - 1]

    def fail(self, reason: str) -> None:
        self.failures[reason] = self.failures.get(reason, 0) + 1

    def close(self) -> None:
        self.open -= 1
        if not self.open and not self.ended.done():
            self.ended.set_result(None)


class Connection(asyncio.Protocol):
    def __init__(self, load: Load) -> None:
        self.load = load
        self.transport: asyncio.Transport | None = None
        self.received = b""
        self.sent_at = 0.0
        self.waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def go_on(self) -> None:
        if self.load.pause_seconds:
            asyncio.get_running_loop().call_later(self.load.pause_seconds, self.send)
        else:
            self.send()

    def send(self) -> None:
        assert self.transport is not None
        request = self.load.take()
        self.waiting = request is not None
        if request is None:
            self.transport.close()
            return
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.received = received = self.received + data if self.received else data
        head = received.find(HEAD_END)
        if head < 0:
            return
        length = received.lower().find(LENGTH, 0, head)
        size = int(received[length + len(LENGTH) : received.find(b"\r\n", length)]) if length > 0 else 0
        if len(received) < head + len(HEAD_END) + size:
            return
        self.received = b""
        now = time.perf_counter()
        self.load.answered_at.append(now - self.load.started)
        self.load.latencies.append(now - self.sent_at)
        if received[9:12] != self.load.expected:
            self.load.fail(f"{received[9:12].decode()} {received[head + 4 : head + 300].decode(errors='replace')}")
        self.go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.waiting:
            self.load.fail(f"no answer: {type(exc).__name__}")
        self.load.close()


async def connect(plan: Plan, line: Connection) -> None:
    await asyncio.get_running_loop().create_connection(lambda: line, plan.host, plan.port)


async def drive(plan: Plan) -> Outcome:
    load = Load(plan)
    lines = [Connection(load) for _ in range(plan.connections)]
    for line in lines:
        await connect(plan, line)
    load.open = len(lines)
    load.started = time.perf_counter()
    for line in lines:
        line.send()
    await asyncio.wait_for(load.ended, plan.seconds_max + ANSWER_SECONDS_MAX)
    return Outcome(load.answered_at, load.latencies, load.failures, sum(os.times()[:2]))


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    outcome = uvloop.run(drive(plan))
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    main()
