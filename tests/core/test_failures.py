"""What goes wrong, as a problem: nothing of the inside reaches the caller."""

import errno
from types import SimpleNamespace
from typing import Any

import asyncpg
import msgspec
import pytest
import redis.exceptions
from litestar.exceptions import HTTPException, InternalServerException, NotAuthorizedException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from backend.core.database_connector import DatabaseUnreachable
from backend.core.failures import on_anything, on_framework, on_problem
from backend.core.outages import server_away
from backend.core.problems import RequestRefused
from backend.loyalty.ledger.problems.bookings import CategoryRequired
from backend.staff_pins.problems import PinInvalid


def request(language: str = "en") -> Any:
    """As much of one as rendering needs."""
    return SimpleNamespace(
        headers={"accept-language": language},
        url=SimpleNamespace(path="/api/v1/till"),
        method="GET",
        scope={"state": {"request_id": "r"}},
        app=SimpleNamespace(
            state=SimpleNamespace(resources=SimpleNamespace(settings=SimpleNamespace(is_production=False)))
        ),
    )


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, msgspec.json.decode(answer.content)["code"]


class Wrapped(DBAPIError):
    def __init__(self, cause: Exception) -> None:
        orig = Exception("wrapped")
        orig.__cause__ = cause
        super().__init__("SELECT 1", None, orig)


@pytest.mark.parametrize(
    "error",
    [
        DatabaseUnreachable("FileNotFoundError"),
        ConnectionResetError(),
        TimeoutError(),
        PoolTimeout(),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.CannotConnectNowError(),
        asyncpg.AdminShutdownError(),
        asyncpg.TooManyConnectionsError(),
        asyncpg.InterfaceError("closed"),
        asyncpg.InternalClientError(),
        asyncpg.QueryCanceledError(),
        asyncpg.LockNotAvailableError(),
        asyncpg.DeadlockDetectedError(),
        asyncpg.DiskFullError(),
        Wrapped(asyncpg.ConnectionDoesNotExistError()),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_database_that_is_away_is_a_503(error: Exception) -> None:
    assert server_away(error) == "PostgreSQL"
    answer = on_anything(request(), error)
    assert code_of(answer) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "2"


@pytest.mark.parametrize(
    "error",
    [
        ValueError("SELECT secret"),
        asyncpg.UniqueViolationError("secret"),
        Wrapped(ValueError()),
        OSError(errno.ENOSPC, "No space left on device", "/srv/secret"),
        PermissionError(errno.EACCES, "Permission denied", "/srv/secret"),
        FileNotFoundError(errno.ENOENT, "No such file or directory", "/srv/secret"),
    ],
    ids=repr,
)
def test_everything_else_is_a_500_that_says_nothing(error: Exception) -> None:
    """A full disk of ours, and a folder that is not readable: nobody looks for them at the database."""
    assert server_away(error) is None
    answer = on_anything(request(), error)
    assert code_of(answer) == (500, "internal")
    assert b"secret" not in answer.content


@pytest.mark.parametrize("error", [redis.exceptions.ConnectionError(), redis.exceptions.TimeoutError()])
def test_a_redis_that_is_away_is_not_taken_for_the_database(error: Exception) -> None:
    assert server_away(error) == "Redis"
    assert code_of(on_anything(request(), error)) == (503, "unavailable")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotAuthorizedException(), 401, "request_refused"),
        (HTTPException(status_code=418), 418, "request_refused"),
        (HTTPException(status_code=404), 404, "not_found"),
        (HTTPException(status_code=413), 413, "payload_too_large"),
        (InternalServerException(), 500, "internal"),
    ],
)
def test_the_frameworks_refusals_are_problems_of_ours(error: HTTPException, status: int, code: str) -> None:
    assert code_of(on_framework(request(), error)) == (status, code)


def test_a_refusal_of_the_framework_keeps_its_status() -> None:
    assert code_of(on_problem(request(), RequestRefused(415))) == (415, "request_refused")


@pytest.mark.parametrize(("left", "detail"), [(1, "1 attempt left."), (1200, "1,200 attempts left.")])
def test_a_problem_counts_and_tells_its_facts(left: int, detail: str) -> None:
    told = PinInvalid(tries_left=left).as_dict(language="en", instance="/x", request_id="r")
    assert (told["detail"], told["tries_left"], told["type"]) == (detail, left, "/problems/pin_invalid")


def test_a_problem_without_a_detail_repeats_its_title() -> None:
    assert CategoryRequired().as_dict(language="en", instance="", request_id="")["detail"] == CategoryRequired.title
