"""The page of each problem code, at the address in a problem's `type`."""

from litestar import get
from litestar.params import FromPath

from backend.core.problems import NotFound, Problem
from backend.core.requests import ApiRequest, reader_language
from backend.core.schemas import Answer
from i18n.translator import get_translator


class ProblemPage(Answer):
    code: str
    status: int
    title: str


def known_problems() -> dict[str, type[Problem]]:
    """All problems by code, in the order of codes."""
    problems: dict[str, type[Problem]] = {}
    waiting = list(Problem.__subclasses__())
    while waiting:
        problem = waiting.pop()
        problems.setdefault(problem.code, problem)
        waiting += problem.__subclasses__()
    return dict(sorted(problems.items()))


@get("/problems/{code:str}", include_in_schema=False, sync_to_thread=False)
def problem_page(request: ApiRequest, code: FromPath[str]) -> ProblemPage:
    problem = known_problems().get(code)
    if problem is None:
        raise NotFound
    title = get_translator(reader_language(request)).gettext(problem.title)
    return ProblemPage(problem.code, problem.status, title)
