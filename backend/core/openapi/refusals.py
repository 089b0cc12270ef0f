"""Error responses in the document: one schema for all problems, with an example for each code."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Self

from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example

from backend.core.problems import (
    MEDIA_TYPE,
    Internal,
    MalformedJson,
    PayloadTooLarge,
    Problem,
    RateLimited,
    Unavailable,
)
from backend.core.schemas import ProblemView

ALWAYS: tuple[type[Problem], ...] = (MalformedJson, PayloadTooLarge, RateLimited, Internal, Unavailable)


class NamedExample(Example):
    @property
    def _exclude_fields(self) -> set[str]:
        # Litestar would write the id into the example, which the specification forbids.
        return {"id"}


@dataclass
class Refusals(ResponseSpec):
    """The problems of one status."""

    problems: tuple[type[Problem], ...] = ()

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        # Litestar copies a router with all its handlers; of each start, copies of these took half.
        return self


def refusals(*problems: type[Problem]) -> dict[int, ResponseSpec]:
    """The error responses of an operation by status, with an example for each problem code."""
    by_status: defaultdict[int, list[type[Problem]]] = defaultdict(list)
    for problem in {problem.code: problem for problem in (*ALWAYS, *reversed(problems))}.values():
        by_status[problem.status].append(problem)
    return {status: _response(sorted(same, key=lambda problem: problem.code)) for status, same in by_status.items()}


def add_problems(handler: HTTPRouteHandler, *problems: type[Problem]) -> None:
    """To those that the route names."""
    specs = handler.responses or {}
    known = [problem for spec in specs.values() if isinstance(spec, Refusals) for problem in spec.problems]
    handler.responses = {**specs, **refusals(*known, *problems)}


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
