"""Runs the sandbox's double of Google in its own process, with the passes of the benchmark's cards.

The double validates like Google, which costs about 1.5 ms of processor time per call: half a core at 300 calls a
second. The measurement and its limit both use it, with the same latency of 50 ms.
"""

import os
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import msgspec

from backend.core.settings import load_settings
from backend.dev.sandbox.google.account import ISSUER_ID, public_keys
from backend.dev.sandbox.google.app import FakeGoogle
from backend.dev.sandbox.google.passes import Passes
from backend.dev.sandbox.google.resources import Resource
from backend.dev.sandbox.google.web import AsgiReceive, AsgiScope, AsgiSend, json_response, read_request, write_response
from backend.wallets.google.account import load_account
from backend.wallets.google.names import class_id, object_id
from benchmarks.data import CARD, MERCHANTS, PROGRAM, START_POINTS, id_of
from benchmarks.servers import Server, start_server

LATENCY_SECONDS = 0.05
CARDS_NAME = "BENCHMARK_CARDS"
FACTS = "/benchmark"


class Facts(msgspec.Struct, frozen=True):
    """Statistics since the last `start_over`."""

    calls: int
    per_second: float
    """Between the first call and the last."""
    worst_second: int
    """The largest number of calls within any period of one second."""
    answers: dict[str, int]
    """Number of answers by status."""
    right: int
    """Number of passes that show the points of their card."""


class Double:
    def __init__(self, google: FakeGoogle) -> None:
        self._google = google
        self._answers: Counter[str] = Counter()

    async def __call__(self, scope: AsgiScope, receive: AsgiReceive, send: AsgiSend) -> None:
        if scope["path"] != FACTS:
            await self._google(scope, receive, self._counted(send))
            return
        request = await read_request(scope, receive)
        if request.method == "POST":
            self._start_over(has_quota=request.query["quota"] == "yes")
        await write_response(send, json_response(200, msgspec.to_builtins(self._facts())))

    def _start_over(self, *, has_quota: bool) -> None:
        self._google.faults.has_quota = has_quota
        self._google.faults.asked_at.clear()
        self._answers.clear()
        for resource in self._google.passes.all("loyaltyObject"):
            resource.body.pop("loyaltyPoints", None)

    def _counted(self, send: AsgiSend) -> AsgiSend:
        async def count(message: Any) -> None:
            if message["type"] == "http.response.start":
                self._answers[str(message["status"])] += 1
            await send(message)

        return count

    def _facts(self) -> Facts:
        moments = self._google.faults.asked_at
        spent = moments[-1] - moments[0] if moments else 0
        points = [resource.body.get("loyaltyPoints", {}) for resource in self._google.passes.all("loyaltyObject")]
        return Facts(
            calls=len(moments),
            per_second=round(len(moments) / spent, 2) if spent else 0,
            worst_second=self._google.faults.worst_second(),
            answers=dict(self._answers),
            right=sum(each.get("balance") == {"int": START_POINTS} for each in points),
        )


def create_app() -> Double:
    account = load_account(load_settings())
    assert account is not None, "the setup names a service account"
    email, keys = public_keys(account.path)
    google = FakeGoogle(account.issuer_id, {email: keys})
    google.faults.latency_seconds = LATENCY_SECONDS
    fill(google.passes, int(os.environ[CARDS_NAME]))
    return Double(google)


def fill(passes: Passes, cards: int) -> None:
    """Creates passes without points, so that only an update makes them right."""
    for n in range(cards):
        names = {
            "id": object_id(ISSUER_ID, id_of(CARD, n)),
            "classId": class_id(ISSUER_ID, id_of(PROGRAM, n % MERCHANTS)),
        }
        passes.restore("loyaltyObject", Resource(names | {"state": "ACTIVE"}))


class Google:
    """A client for the double."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def facts(self) -> Facts:
        return msgspec.json.decode(self._request("GET"), type=Facts)

    def start_over(self, *, has_quota: bool) -> None:
        """Resets all passes and statistics."""
        self._request("POST", quota="yes" if has_quota else "no")

    def _request(self, method: str, **query: str) -> bytes:
        url = f"{self.server.url}{FACTS}"
        return httpx.request(method, url, params=query, timeout=10, trust_env=False).raise_for_status().content


def start_google(port: int, cards: int, environment: Mapping[str, str], folder: Path, stack: ExitStack) -> Google:
    values = dict(environment) | {CARDS_NAME: str(cards)}
    return Google(start_server("benchmarks.google_double:create_app", port, values, folder, stack, ready=FACTS))
