"""Responses in the OpenAPI document: one schema for all problems, with an example for each code."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, ParameterKwarg
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition

from backend.core.problems import (
    MEDIA_TYPE,
    Internal,
    MalformedJson,
    NotFound,
    PayloadTooLarge,
    Problem,
    RateLimited,
    Unavailable,
    UnsupportedMediaType,
    ValidationFailed,
)
from backend.core.request_checks import ANY_QUERY
from backend.core.schemas import Answer, ProblemView

ALWAYS: tuple[type[Problem], ...] = (MalformedJson, PayloadTooLarge, RateLimited, Internal, Unavailable)
ANY_TEXT = (str, str | None, Path)
"""Types of parameters that take any text, unless they say which."""


def success(view: type[Answer]) -> ResponseSpec:
    """A success response. Litestar's generated examples are random, so there are none."""
    return ResponseSpec(view, generate_examples=False)


def empty(description: str) -> ResponseSpec:
    """A response without a body. The description says when."""
    return ResponseSpec(None, generate_examples=False, description=description)


class NamedExample(Example):
    @property
    def _exclude_fields(self) -> set[str]:
        # Litestar would write the id into the example, which the specification forbids.
        return {"id"}


@dataclass
class Refusals(ResponseSpec):
    """The problems of one status."""

    problems: tuple[type[Problem], ...] = ()


def refusals(*problems: type[Problem]) -> dict[int, ResponseSpec]:
    """The error responses of an operation by status, with an example for each problem code."""
    by_status: defaultdict[int, list[type[Problem]]] = defaultdict(list)
    for problem in {problem.code: problem for problem in (*ALWAYS, *reversed(problems))}.values():
        by_status[problem.status].append(problem)
    return {status: _response(sorted(same, key=lambda problem: problem.code)) for status, same in by_status.items()}


def add_own_refusals(api: Litestar) -> None:
    """Adds to each documented operation what Litestar refuses by itself."""
    for route in [route for route in api.routes if isinstance(route, HTTPRoute)]:
        for handler in route.route_handlers:
            told = handler.responses or {}
            known = [problem for spec in told.values() if isinstance(spec, Refusals) for problem in spec.problems]
            if known:
                handler.responses = {**told, **refusals(*known, *_own_refusals(route, handler))}


def _own_refusals(route: HTTPRoute, handler: HTTPRouteHandler) -> list[type[Problem]]:
    """An id in the address that is no UUID names nothing. A body of another type, a value of another type than the
    parameter's, and an unknown parameter are invalid.
    """
    ids = {name for name, parameter in route.path_parameters.items() if parameter.type is UUID}
    fields = handler.parsed_fn_signature.parameters.items()
    is_checked = any(_is_checked(field) for name, field in fields if name not in ids)
    refuses_unknown = not handler.opt.get(ANY_QUERY)
    own: list[tuple[type[Problem], bool]] = [
        (NotFound, bool(ids)),
        (ValidationFailed, is_checked or refuses_unknown),
        (UnsupportedMediaType, handler.parsed_data_field is not None),
    ]
    return [problem for problem, applies in own if applies]


def _is_checked(field: FieldDefinition) -> bool:
    """Whether not every text is a value of this parameter or body."""
    kind = field.kwarg_definition
    if isinstance(kind, BodyKwarg):
        return True
    is_dependency = bool(field.metadata)
    if is_dependency or not isinstance(kind, ParameterKwarg):
        return False
    says_which = kind.pattern or kind.min_length is not None or kind.max_length is not None
    return field.annotation not in ANY_TEXT or bool(says_which)


def _response(problems: list[type[Problem]]) -> ResponseSpec:
    return Refusals(
        data_container=ProblemView,
        description=", ".join(f"`{problem.code}`" for problem in problems),
        media_type=MEDIA_TYPE,
        generate_examples=False,
        examples=[
            NamedExample(id=problem.code, summary=problem.title, value=_example(problem)) for problem in problems
        ],
        problems=tuple(problems),
    )


def _example(problem: type[Problem]) -> dict[str, Any]:
    detail = problem.detail[-1] if isinstance(problem.detail, tuple) else problem.detail
    return {
        "type": f"/problems/{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": detail or problem.title,
        "instance": "/api/v1/…",
        "code": problem.code,
        "request_id": "0199aa00-0000-7000-8000-000000000000",
        "errors": [],
    }
