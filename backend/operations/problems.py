"""The page of each problem code, at the address in a problem's `type`."""

from litestar import get
from litestar.params import FromPath

from backend.core.problems import NotFound, known_problems
from backend.core.requests import ApiRequest, reader_language
from backend.core.schemas import Answer
from i18n.translator import get_translator


class ProblemPage(Answer):
    code: str
    status: int
    title: str


@get("/problems/{code:str}", include_in_schema=False, sync_to_thread=False)
def problem_page(request: ApiRequest, code: FromPath[str]) -> ProblemPage:
    problem = known_problems().get(code)
    if problem is None:
        raise NotFound
    title = get_translator(reader_language(request)).gettext(problem.title)
    return ProblemPage(problem.code, problem.status, title)
