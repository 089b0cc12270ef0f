"""The only door to the backend."""

import json

import httpx
import pytest

from backend.identity.schemas import SignIn, SignInView
from backend.loyalty.till.schemas import TillView
from frontend.api.client import Caller, open_client
from frontend.api.responses import BackendProblem, BackendUnavailable
from tests.frontend.canned import found
from tests.frontend.staff_backend import TILL, refused, signed_in

BODY = SignIn(email="anna@fashion.example", password="secret")


def caller(answer: httpx.Response | Exception, seen: list[httpx.Request] | None = None) -> Caller:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Caller(open_client("http://backend.test", httpx.MockTransport(handle)), {"Accept-Language": "lb"})


async def test_a_call_carries_the_reader_the_key_and_the_body() -> None:
    seen: list[httpx.Request] = []
    line = caller(found(signed_in(), 201), seen).signed_in("token", "FASHIONHUB")
    await line.post("/auth/sign-in", BODY, SignInView, key="one")
    assert seen[0].url == "http://backend.test/api/v1/auth/sign-in"
    assert json.loads(seen[0].content)["email"] == "anna@fashion.example"
    sent = {
        name: seen[0].headers[name] for name in ("authorization", "x-store-code", "accept-language", "idempotency-key")
    }
    assert list(sent.values()) == ["Bearer token", "FASHIONHUB", "lb", "one"]


async def test_a_parameter_that_is_none_is_left_out() -> None:
    seen: list[httpx.Request] = []
    await caller(found(TILL), seen).get("/store/loyalty/till", TillView, card_id=None, limit=3)
    assert dict(seen[0].url.params) == {"limit": "3"}


async def test_a_refusal_carries_its_code_its_sentence_and_its_facts() -> None:
    with pytest.raises(BackendProblem) as caught:
        await caller(refused(409, "stamp_cooldown", retry_at="2026-11-21T17:20:00Z")).get("/x", TillView)
    problem = caught.value
    assert (problem.code, problem.status, problem.detail) == ("stamp_cooldown", 409, "Sentence of stamp_cooldown.")
    assert problem.sentence == "stamp_cooldown. Sentence of stamp_cooldown."
    assert problem.facts["retry_at"] == "2026-11-21T17:20:00Z"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        refused(500, "internal"),
        httpx.Response(502, text="<html>bad gateway"),
        httpx.Response(404, text="not ours"),
        httpx.Response(200, text="not json"),
        httpx.Response(200, json={"unexpected": True}),
    ],
    ids=["no connection", "too slow", "failure", "gateway", "a 404 of something else", "no json", "another shape"],
)
async def test_what_settles_nothing_may_be_repeated(answer: httpx.Response | Exception) -> None:
    with pytest.raises(BackendUnavailable):
        await caller(answer).post("/auth/sign-in", BODY, SignInView, key="one")


async def test_maintenance_is_the_one_failure_that_settles_that_nothing_was_done() -> None:
    with pytest.raises(BackendProblem) as caught:
        await caller(refused(503, "maintenance")).post("/auth/sign-in", BODY, SignInView, key="one")
    assert caught.value.code == "maintenance"
    with pytest.raises(BackendUnavailable):
        await caller(refused(503, "unavailable")).post("/auth/sign-in", BODY, SignInView, key="one")
