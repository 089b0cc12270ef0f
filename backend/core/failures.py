"""Exception handlers: problems are rendered, Litestar's exceptions are mapped to problems, all others are logged."""

import json
import re
from typing import Any

import msgspec
import structlog
from litestar import Response
from litestar.exceptions import ClientException, HTTPException, NotFoundException, ValidationException

from backend.core.outages import server_away
from backend.core.problems import (
    MEDIA_TYPE,
    Internal,
    MalformedJson,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    Problem,
    RequestRefused,
    Unavailable,
    ValidationFailed,
)
from backend.core.requests import ApiRequest, reader_language
from backend.core.schemas import FieldError

log = structlog.get_logger()

ProblemResponse = Response[bytes]
BY_STATUS: dict[int, type[Problem]] = {404: NotFound, 405: MethodNotAllowed, 413: PayloadTooLarge}


def render(request: ApiRequest, problem: Problem) -> ProblemResponse:
    """The problem as a JSON response, in the reader's language."""
    language = reader_language(request)
    body = problem.as_dict(
        language=language,
        instance=request.url.path,
        request_id=request.scope["state"].get("request_id", ""),
    )
    return Response(
        msgspec.json.encode(body),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={**problem.headers, "Content-Language": language},
    )


def on_problem(request: ApiRequest, problem: Problem) -> ProblemResponse:
    return render(request, problem)


def on_framework(request: ApiRequest, error: HTTPException) -> ProblemResponse:
    """Maps Litestar's exceptions to problems."""
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        return render(request, ValidationFailed(*map(_field_error, error.extra)))
    if isinstance(error.__cause__, msgspec.DecodeError | json.JSONDecodeError | UnicodeDecodeError):
        return render(request, MalformedJson())
    if isinstance(error, NotFoundException):
        return render(request, NotFound())
    problem = BY_STATUS.get(error.status_code)
    if problem is None and error.status_code >= 500:  # noqa: PLR2004 - server errors
        return on_anything(request, error)
    if isinstance(error, ClientException) and problem is None:
        return render(request, MalformedJson() if error.status_code == 400 else RequestRefused(error.status_code))  # noqa: PLR2004
    return render(request, problem() if problem else RequestRefused(error.status_code))


def on_anything(request: ApiRequest, error: Exception) -> ProblemResponse:
    """Logs the exception with its traceback. The response contains no details."""
    if server := server_away(error):
        log.error("server_away", server=server, error=type(error).__name__)
        return render(request, Unavailable())
    log.error("request_failed", exc_info=error)
    return render(request, Internal())


def _field_error(entry: dict[str, Any]) -> FieldError:
    # Litestar names the whole body `data`.
    key = str(entry.get("key", "")).removeprefix("data").strip(".").replace(".", "/")
    key = re.sub(r"\[(\d+)\]", r"/\1", key)
    return FieldError(pointer=f"/{key}" if key else "", code="invalid", detail=str(entry.get("message", "")))


HANDLERS: dict[Any, Any] = {Problem: on_problem, HTTPException: on_framework, Exception: on_anything}
