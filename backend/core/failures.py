"""Exception handlers: problems are rendered, Litestar's exceptions are mapped to problems, all others are logged."""

import json
import re
from typing import Any

import msgspec
import structlog
from litestar import Response
from litestar.exceptions import (
    ClientException,
    HTTPException,
    MethodNotAllowedException,
    ValidationException,
)
from litestar.handlers import HTTPRouteHandler

from backend.core.idempotency import KEY_MAX, BookedOrNot
from backend.core.isolation import note_violation
from backend.core.outages import server_away
from backend.core.problems import (
    MEDIA_TYPE,
    DoneOrNot,
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
from backend.core.request_checks import parameter_error, parameters_of
from backend.core.requests import ApiRequest, reader_language
from backend.core.schemas import FieldError
from backend.core.validation import REQUIRED, escaped
from i18n.marks import marking, wants_marks

log = structlog.get_logger()

ProblemResponse = Response[bytes]
BY_STATUS: dict[int, type[Problem]] = {404: NotFound, 413: PayloadTooLarge}
READING = {"GET", "HEAD", "OPTIONS"}
MISSING = re.compile(r"^Missing required \w+ parameter '([^']+)'")
"""Litestar says so without saying it in any other way."""


def render(request: ApiRequest, problem: Problem) -> ProblemResponse:
    """The problem as a JSON response, in the reader's language."""
    language = reader_language(request)
    with marking(on=wants_marks.get()):
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
    problem = _problem_of(request, error)
    return render(request, problem) if problem else on_anything(request, error)


def _problem_of(request: ApiRequest, error: HTTPException) -> Problem | None:
    """None for a failure of the server."""
    if isinstance(error, ValidationException) and (errors := _field_errors(request, error)):
        return ValidationFailed(*errors)
    if isinstance(error.__cause__, msgspec.DecodeError | json.JSONDecodeError | UnicodeDecodeError):
        return MalformedJson()
    if isinstance(error, MethodNotAllowedException):
        return MethodNotAllowed(_allowed(error))
    if problem := BY_STATUS.get(error.status_code):
        return problem()
    if error.status_code >= 500:  # noqa: PLR2004 - server errors
        return None
    is_malformed = isinstance(error, ClientException) and error.status_code == 400  # noqa: PLR2004
    return MalformedJson() if is_malformed else RequestRefused(error.status_code)


def _allowed(error: MethodNotAllowedException) -> str:
    """With HEAD, which the middleware answers as GET."""
    methods = set((error.headers or {}).get("allow", "").split(", ")) - {""}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


def on_anything(request: ApiRequest, error: Exception) -> ProblemResponse:
    """Logs the exception with its traceback. The response contains no details."""
    if server := server_away(error):
        log.error("server_away", server=server, error=type(error).__name__)
        return render(request, _unanswered(request))
    note_violation(error)
    log.error("request_failed", exc_info=error)
    return render(request, Internal())


def _unanswered(request: ApiRequest) -> Problem:
    """Nobody may be told that nothing was done: the server may have gone away after it had done it."""
    if request.method in READING:
        return Unavailable()
    key = request.headers.get("idempotency-key", "")
    can_ask = "authorization" in request.headers and 0 < len(key) <= KEY_MAX and key.isprintable()
    return BookedOrNot(key) if can_ask else DoneOrNot()


def _field_errors(request: ApiRequest, error: ValidationException) -> list[FieldError]:
    """Of parameters. Bodies have been checked by StrictRequest, apart from uploads."""
    if missing := MISSING.search(error.detail):
        return [FieldError("", "required", parameter=missing[1])]
    if not isinstance(error.extra, list):
        return []
    handler: HTTPRouteHandler = request.scope["route_handler"]  # type: ignore[assignment]
    values = {**request.headers, **request.path_params, **request.query_params.dict()}
    values = {name.lower(): value[-1] if isinstance(value, list) else str(value) for name, value in values.items()}
    return [_field_error(handler, entry, values) for entry in error.extra]


def _field_error(handler: HTTPRouteHandler, entry: dict[str, Any], values: dict[str, str]) -> FieldError:
    argument = str(entry.get("key", "")).partition(".")[0]
    if argument in parameters_of(handler):
        return parameter_error(handler, argument, values)
    # The body is missing, or a part of an upload.
    return FieldError("" if argument == "data" else escaped(argument), REQUIRED)


HANDLERS: dict[Any, Any] = {Problem: on_problem, HTTPException: on_framework, Exception: on_anything}
