"""Lists of transactions: of this store, or of one card."""

from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from frontend.api.client import Caller
from frontend.kit.request import Request
from frontend.till.today.screen import bookings_screen


@get("/till/today", name="today")
async def show_today(
    request: Request, caller: NamedDependency[Caller], after: FromQuery[str | None] = None
) -> Response[str]:
    return await bookings_screen(request, caller, after=after)


@get("/till/cards/{card_id:uuid}/bookings", name="history")
async def show_history(
    request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID], after: FromQuery[str | None] = None
) -> Response[str]:
    return await bookings_screen(request, caller, card_id=card_id, after=after)
