"""Whether the platform, or one merchant, is ready for customers."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from frontend.admin.readiness.messages import ReadinessMessages, in_order, to_do
from frontend.api.client import Caller
from frontend.api.readiness import get_readiness
from frontend.api.responses import BackendProblem
from frontend.kit.pages import page
from frontend.kit.preferences import language_of
from frontend.kit.request import Request

PLACE = "/admin/readiness"
UNFOUND = {404, 422}


@get(PLACE, name="admin-readiness")
async def show_readiness(
    request: Request, caller: NamedDependency[Caller], merchant: FromQuery[str | None] = None
) -> Response[str]:
    """`merchant` is a merchant's code. One that does not exist is told above the platform's board."""
    code, error = (merchant or "").strip(), ""
    try:
        board = await get_readiness(caller, code or None)
    except BackendProblem as problem:
        if problem.status not in UNFOUND or not code:
            raise
        board, error = await get_readiness(caller, None), problem.sentence
    return page(
        request,
        "admin/readiness/page.html",
        status=404 if error else 200,
        board=board,
        to_do=to_do(board),
        in_order=in_order(board),
        messages=ReadinessMessages(language_of(request)),
        merchant=code,
        error=error,
    )
