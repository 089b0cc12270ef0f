"""Logs say who asked what of whom, and nothing about people."""

import io
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import msgspec
import pytest
import structlog
from msgspec.structs import replace

from backend.core.logs import configure_logs
from backend.core.settings import Settings
from backend.services import Services
from tests.conftest import LogLines
from tests.world import ANNA, PASSWORD
from tests.world.caller import Refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

CANARY = {
    "first_name": "Kanarienvogel",
    "last_name": "Gelbfeder",
    "phone": "+352 621 777 666",
    "birth_date": "1977-07-17",
}


async def test_each_request_line_has_request_merchant_and_actor(shop: Shop, log_lines: LogLines) -> None:
    card = await shop.a_card()
    answer = await shop.anna.send(
        "POST", f"/store/loyalty/cards/{card['id']}/points", json={"purchase_amount_cents": 100}, key="k"
    )
    line: dict[str, Any] = [line for line in log_lines() if line["event"] == "request"][-1]
    assert line["request"] == answer.headers["request-id"]
    assert line["merchant"] == shop.code
    assert line["actor"] == str(shop.user_ids["anna"])
    assert (line["method"], line["status"], line["process"]) == ("POST", 201, "backend")
    assert line["route"] == "/api/v1/store/loyalty/cards/{card_id}/points"
    assert line["ms"] > 0


async def test_an_anonymous_callers_line_has_no_actor_of_the_request_before(
    shop: Shop, anonymous: AnonymousCaller, log_lines: LogLines
) -> None:
    await shop.anna.program()
    await anonymous.program(shop.hub)
    line = [line for line in log_lines() if line["event"] == "request"][-1]
    assert "actor" not in line


async def test_health_checks_are_silent(anonymous: AnonymousCaller, log_lines: LogLines) -> None:
    await anonymous.get("/health/live")
    await anonymous.send("GET", "/metrics")
    assert log_lines() == []


async def test_a_canary_leaves_no_trace_in_the_logs(
    shop: Shop, anonymous: AnonymousCaller, services: Services, log_tape: io.StringIO, log_lines: LogLines
) -> None:
    email = "kanarienvogel.gelbfeder@example.com"
    card = await shop.anna.enroll(email, **CANARY)
    await shop.anna.find(email)
    await shop.anna.find("gelbfeder")
    await shop.anna.earn(card, cents=100, notes="Kanarienvogel")
    await anonymous.card_page(card["page_url"])
    await anonymous.join(shop.hub, email, **CANARY)
    await anonymous.lost_card(email, store_code=shop.hub)
    answer = await anonymous.sign_in(ANNA.email, PASSWORD)
    for mistake in (
        anonymous.sign_in(email, "Kanarienvogel"),
        shop.anna.enroll("Kanarienvogel"),
        shop.anna.earn(card, cents=0, notes="Kanarienvogel"),
        shop.anna.show("Kanarienvogel"),
    ):
        with pytest.raises(Refused):
            await mistake
    told = log_tape.getvalue()
    assert told
    token = card["page_url"].rpartition("/")[2]
    personal = ("anarienvogel", "elbfeder", "777 666", CANARY["birth_date"])
    for secret in (*personal, answer["token"], token, card["code"], PASSWORD):
        assert secret not in told


async def test_a_fault_is_logged_once_with_its_trace_and_told_without(
    shop: Shop, log_lines: LogLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_down(*_: object) -> None:
        raise ValueError("the inside")

    monkeypatch.setattr("backend.identity.guards.find_actor", break_down)
    answer = await shop.anna.send("GET", "/store/loyalty/program")
    assert answer.status_code == 500
    assert "the inside" not in answer.text
    (line,) = [line for line in log_lines() if line["event"] == "request_failed"]
    assert "the inside" in line["exception"]
    assert line["request"] == answer.headers["request-id"]


def test_a_pool_that_waits_for_its_database_fills_no_log_with_traces(log_lines: LogLines) -> None:
    asyncpg.pool.logger.warning("Failed to restore the pool connection floor; retrying", exc_info=OSError())
    assert log_lines() == []
    asyncpg.pool.logger.error("Something else")
    assert [line["event"] for line in log_lines()] == ["Something else"]


@pytest.fixture
def lines_in(log_tape: io.StringIO, log_lines: LogLines, settings: Settings) -> Iterator[Callable[[str], list[str]]]:
    """The lines of an event of ours and of one of a library, in an environment."""

    def logged(environment: str) -> list[str]:
        configure_logs(replace(settings, environment=environment), "backend")
        structlog.get_logger().info("pin_locked", attempts=5)
        logging.getLogger("library").error("Something else")
        return log_tape.getvalue().splitlines()

    yield logged
    configure_logs(settings, "backend")


def test_a_developer_reads_words(lines_in: Callable[[str], list[str]]) -> None:
    ours, theirs = lines_in("development")
    assert re.search(r"\[info *\] pin_locked +attempts=5 process=backend$", ours)
    assert re.search(r"\[error *\] Something else +process=backend$", theirs)


def test_a_machine_reads_json(lines_in: Callable[[str], list[str]]) -> None:
    ours, theirs = map(msgspec.json.decode, lines_in("production"))
    assert (ours["level"], ours["event"], ours["attempts"]) == ("info", "pin_locked", 5)
    assert (theirs["level"], theirs["event"]) == ("error", "Something else")
