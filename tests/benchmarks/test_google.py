"""The benchmark's Google counts what the quota is judged by."""

import httpx
import msgspec
import pytest

from backend.dev.sandbox.google.account import ISSUER_ID
from backend.dev.sandbox.google.app import FakeGoogle
from benchmarks.data import START_POINTS
from benchmarks.google_double import FACTS, Double, Facts, fill

OBJECTS = "/walletobjects/v1/loyaltyObject"


@pytest.fixture
def google() -> FakeGoogle:
    opened = FakeGoogle(ISSUER_ID, {})
    fill(opened.passes, 3)
    return opened


async def told(http: httpx.AsyncClient, method: str = "GET", **query: str) -> Facts:
    answer = await http.request(method, FACTS, params=query)
    return msgspec.json.decode(answer.content, type=Facts)


async def test_calls_are_counted_since_the_last_start(google: FakeGoogle) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Double(google)), base_url="http://google.test") as http:
        await told(http, "POST", quota="yes")
        for _ in range(21):
            await http.get(OBJECTS)
        found = await told(http)
        assert (found.calls, found.worst_second, found.answers) == (21, 21, {"401": 21})
        assert google.faults.has_quota
        again = await told(http, "POST", quota="no")
        assert (again.calls, again.worst_second, again.answers) == (0, 0, {})
        assert not google.faults.has_quota


async def test_a_pass_is_right_when_it_shows_its_cards_points(google: FakeGoogle) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Double(google)), base_url="http://google.test") as http:
        shown = next(google.passes.all("loyaltyObject"))
        shown.body["loyaltyPoints"] = {"label": "Points", "balance": {"int": START_POINTS}}
        assert (await told(http)).right == 1
        assert (await told(http, "POST", quota="no")).right == 0
