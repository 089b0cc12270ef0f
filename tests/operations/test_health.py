"""Is it alive, can it work, and how does it do."""

import dataclasses
import re
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from backend.core.database import Sessions
from backend.core.problems import known_problems
from backend.models import metadata
from backend.operations import health
from i18n.translator import get_translator
from tests.conftest import OwnTown
from tests.world.caller import refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller


async def test_alive_and_ready(anonymous: AnonymousCaller) -> None:
    assert await anonymous.get("/health/live") == {"status": "live"}
    assert await anonymous.get("/health/ready") == {
        "status": "ready", "database": "ok", "migrations": "ok", "redis": "ok",
    }  # fmt: skip


async def test_alive_but_not_ready_on_an_older_schema(own_town: OwnTown) -> None:
    async with own_town() as town:
        await town.superuser.execute("UPDATE alembic_version SET version_num = 'older'")
        answer = await town.anonymous.send("GET", "/health/ready")
        assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
        assert answer.json()["migrations"].startswith("at older, code expects ")
        await town.superuser.execute("DROP TABLE alembic_version")
        assert (await town.anonymous.send("GET", "/health/ready")).json()["migrations"] == "none"
        assert (await town.anonymous.send("GET", "/health/live")).status_code == 200


async def test_without_its_database_it_is_alive_and_says_what_is_wrong(
    own_town: OwnTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.5)
    async with own_town() as town:
        await town.superuser.execute("ALTER TABLE alembic_version RENAME TO hidden")
        await town.superuser.execute("CREATE VIEW alembic_version AS SELECT pg_sleep(600)::text AS version_num")
        await town.superuser.execute("GRANT SELECT ON alembic_version TO orion_app")
        answer = await town.anonymous.send("GET", "/health/ready")
        assert answer.status_code == 503
        assert answer.json()["database"] == "away: TimeoutError"


async def test_a_lane_that_does_not_reach_the_database_keeps_it_from_being_ready(own_town: OwnTown) -> None:
    """Sign-in and every page go by sessions, bookings by the till's lane: half of it is not ready."""
    async with own_town() as town:
        away = replace(town.settings, database_url="postgresql://orion_app@127.0.0.1:1/orion")
        state: Any = town.app._app._app.state  # type: ignore[attr-defined]  # behind two middlewares
        whole = state.resources
        state.resources = dataclasses.replace(whole, sessions=Sessions(away, metadata))
        answer = await town.anonymous.send("GET", "/health/ready")
        state.resources = whole
        assert answer.status_code == 503
        assert answer.json()["database"] == "away: ConnectionRefusedError"
        assert (await town.anonymous.get("/health/ready"))["status"] == "ready"


async def test_a_database_that_does_not_answer_is_a_503_to_the_till(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise asyncpg.CannotConnectNowError("the database system is starting up")

    monkeypatch.setattr("backend.identity.guards.find_actor", away)
    with refused("unavailable", 503) as said:
        await shop.anna.program()
    assert said[0].answer.headers["retry-after"] == "2"


async def test_redis_away_is_reported_and_the_till_goes_on(own_town: OwnTown) -> None:
    async with own_town(redis_url="redis://127.0.0.1:1") as town:
        ready = await town.anonymous.get("/health/ready")
        assert ready["status"] == "ready"
        assert ready["redis"].startswith("away: ")


async def test_every_problem_code_has_a_page_in_the_readers_language(anonymous: AnonymousCaller) -> None:
    for code, problem in known_problems().items():
        page = await anonymous.reading("fr").get(f"/problems/{code}")
        assert page["code"] == code
        assert page["status"] == problem.status
        assert page["title"] == get_translator("fr").gettext(problem.title)
    with refused("not_found", 404):
        await anonymous.get("/problems/no-such-thing")


async def test_an_address_that_does_not_exist_is_a_problem_too(anonymous: AnonymousCaller) -> None:
    with refused("not_found", 404) as said:
        await anonymous.get("/nowhere")
    assert said[0]["instance"] == "/api/v1/nowhere"


async def test_a_request_id_is_kept_when_it_is_one(anonymous: AnonymousCaller) -> None:
    given = "0199aa00-0000-7000-8000-000000000001"
    kept = await anonymous.send("GET", "/health/live", headers={"request-id": given})
    made = await anonymous.send("GET", "/health/live", headers={"request-id": "<script>"})
    assert kept.headers["request-id"] == given
    assert re.fullmatch(r"[0-9a-f-]{36}", made.headers["request-id"])


async def test_every_answer_is_guarded_by_its_headers(anonymous: AnonymousCaller) -> None:
    for path in ("/health/live", "/auth/me", "/nowhere"):
        headers = (await anonymous.send("GET", path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"


async def test_monitors_may_ask_with_head(anonymous: AnonymousCaller) -> None:
    answer = await anonymous.send("HEAD", "/health/live")
    assert (answer.status_code, answer.content) == (200, b"")
