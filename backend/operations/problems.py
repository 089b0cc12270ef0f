"""A page for each problem code: where `type` leads."""

from typing import Any

from litestar import Request, get
from litestar.params import FromPath

from backend.core.problems import NotFound, Problem
from backend.core.requests import reader_language
from backend.core.schemas import Answer
from i18n.translator import get_translator


class ProblemPage(Answer):
    code: str
    status: int
    title: str


def known_problems() -> dict[str, type[Problem]]:
    """Every code that any operation may answer."""
    found: dict[str, type[Problem]] = {}
    waiting = list(Problem.__subclasses__())
    while waiting:
        problem = waiting.pop()
        found.setdefault(problem.code, problem)
        waiting += problem.__subclasses__()
    return dict(sorted(found.items()))


@get("/problems/{code:str}", include_in_schema=False, sync_to_thread=False)
def problem_page(request: Request[Any, Any, Any], code: FromPath[str]) -> ProblemPage:
    problem = known_problems().get(code)
    if problem is None:
        raise NotFound
    title = get_translator(reader_language(request)).gettext(problem.title)
    return ProblemPage(problem.code, problem.status, title)
