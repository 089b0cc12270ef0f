"""The start page of owners: today's figures, and the way to each till."""

from litestar import Response, get
from litestar.di import NamedDependency

from frontend.api.client import Caller
from frontend.api.office import get_today
from frontend.api.review import list_review
from frontend.kit.pages import page
from frontend.kit.person import OFFICE
from frontend.kit.request import Request


@get(OFFICE, name="office")
async def show_office(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    today, review = await get_today(caller), await list_review(caller, limit=1)
    return page(
        request,
        "office/overview/page.html",
        today=today,
        waiting_count=review.waiting_count,
        has_points=today.program_type != "stamps",
        has_stamps=today.program_type != "points",
    )
