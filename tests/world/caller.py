"""Somebody who talks to the API, in the words of the business."""

import re
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any, Self
from uuid import uuid4

import httpx
import pytest

Json = dict[str, Any]
NEVER_SHOWN = re.compile(r"\$argon2|token_hash|password_hash|verifier")


class Refused(Exception):
    """The API has answered with a problem."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.status_code} {answer.text}")
        self.answer = answer
        self.status = answer.status_code
        self.facts: Json = answer.json()

    def __getitem__(self, fact: str) -> Any:
        return self.facts[fact]


@contextmanager
def refused(code: str, status: int) -> Iterator[list[Refused]]:
    """The block must be refused so. What was said is in the list afterwards."""
    said: list[Refused] = []
    with pytest.raises(Refused) as caught:
        yield said
    problem = caught.value
    assert (problem["code"], problem.status) == (code, status), problem
    said.append(problem)


async def outcome(asked: Awaitable[Any]) -> str:
    """The code of the problem, or `booked`."""
    try:
        await asked
    except Refused as problem:
        return str(problem["code"])
    return "booked"


def new_key() -> str:
    return uuid4().hex


class Caller:
    """Anybody: an anonymous caller without a token, or a signed-in colleague.

    Every answer is checked against what the document promises of its route.
    """

    def __init__(self, http: httpx.AsyncClient, promises: "Promises", token: str | None = None, **headers: str) -> None:
        self.http = http
        self.token = token
        self._promises = promises
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def but(self, **headers: str) -> Self:
        """The same caller with other headers."""
        return type(self)(self.http, self._promises, self.token, **self._headers | headers)

    def at(self, store_code: str) -> Self:
        return self.but(x_store_code=store_code)

    def reading(self, language: str) -> Self:
        return self.but(accept_language=language)

    async def send(self, method: str, path: str, *, key: str | None = None, **request: Any) -> httpx.Response:
        """The answer as it is."""
        headers = dict(self._headers)
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        if key is not None:
            headers["idempotency-key"] = key
        headers |= request.pop("headers", {})
        url = path if path.startswith(("/health", "/metrics", "/problems", "/docs", "/openapi")) else f"/api/v1{path}"
        answer = await self.http.request(method, url, headers=headers, **request)
        self._promises.check(method, url, answer)
        return answer

    async def ask(self, method: str, path: str, **request: Any) -> Json:
        """The answer's JSON; nothing in it when there is no body. Raises Refused."""
        answer = await self.send(method, path, **request)
        if answer.status_code >= 400:
            raise Refused(answer)
        body: Json = answer.json() if answer.content else {}
        return body

    async def get(self, path: str, **request: Any) -> Json:
        return await self.ask("GET", path, **request)

    async def post(self, path: str, body: Any = None, **request: Any) -> Json:
        return await self.ask("POST", path, json={} if body is None else body, **request)


class Promises:
    """What /openapi.json says, held against each answer."""

    def __init__(self, document: Json) -> None:
        self.operations: list[tuple[str, str, Json]] = [
            (method.upper(), path, operation)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        ]
        """Method, path as a template, operation."""
        self._routes = [(method, _pattern(path), operation) for method, path, operation in self.operations]

    def check(self, method: str, path: str, answer: httpx.Response) -> None:
        if "json" in answer.headers.get("content-type", ""):
            assert not NEVER_SHOWN.search(answer.text), "a hash must not leave the house"
        assert answer.headers["request-id"]
        if answer.status_code >= 400 and path.startswith(("/api", "/problems")):
            self._check_problem(method, path, answer)

    def _check_problem(self, method: str, path: str, answer: httpx.Response) -> None:
        facts = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        told = {"type", "title", "status", "detail", "instance", "code", "request_id"}
        assert told <= facts.keys()
        assert facts["status"] == answer.status_code
        assert facts["type"] == f"/problems/{facts['code']}"
        assert "%(" not in facts["detail"]
        for known_method, pattern, operation in self._routes:
            if method == known_method and pattern.fullmatch(path.partition("?")[0]):
                assert facts["code"] in codes_of(operation, answer.status_code), (
                    f"undocumented at {method} {path}: {facts}"
                )


def _pattern(path: str) -> re.Pattern[str]:
    with_names = re.sub(r"\{\w+(?<!_id)\}", "[^/]+", path)
    return re.compile(re.sub(r"\{\w+_id\}", "[0-9a-f-]{36}", with_names))


def codes_of(operation: Json, status: int) -> list[str]:
    """The problem codes an operation promises for a status."""
    promised = operation["responses"].get(str(status), {})
    return re.findall(r"`(\w+)`", promised.get("description", ""))
