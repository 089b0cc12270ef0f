"""What `make upgrade-test` is made of: that itself takes a minute."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.upgrade import till as tills
from tests.upgrade.older import ROOT, NoOlderVersion, revisions, unpack
from tests.upgrade.till import BusyTill

BOOKED = httpx.Response(201, json={"transaction": {"id": "a1"}})
Answer = httpx.Response | httpx.TransportError


def answering(answers: list[Answer], keys: list[str]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        found = answers.pop(0)
        if isinstance(found, httpx.TransportError):
            raise found
        return found

    return answer


async def test_a_till_sends_again_with_its_key_until_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tills, "AGAIN_SECONDS", 0)
    keys: list[str] = []
    answers: list[Answer] = [httpx.ConnectError("refused"), httpx.Response(503), BOOKED, httpx.Response(409)]
    async with httpx.AsyncClient(transport=httpx.MockTransport(answering(answers, keys))) as http:
        till = BusyTill(http, ["http://first", "http://second"], "card", "category")
        await till.book()
        await till.book()
    assert (till.booked, till.sent_again, len(till.failed)) == (["a1"], 2, 1)
    assert len(keys) == 4
    assert len(set(keys)) == 2


def test_a_clone_without_the_older_version_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoOlderVersion, match="fetch all of its history"):
        unpack(tmp_path, "0" * 40)


def test_the_revisions_of_the_older_version_are_the_beginning_of_todays(tmp_path: Path) -> None:
    """A shallow clone has nothing to compare."""
    with suppress(NoOlderVersion):
        unpack(tmp_path)
    older, now = revisions(tmp_path), revisions(ROOT)
    assert {name: now.get(name) for name in older} == older
