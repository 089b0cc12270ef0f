"""The PINs of the store's people, for colleagues who may unlock them. No PIN is ever shown."""

from typing import Literal
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from frontend.api.client import Caller
from frontend.api.responses import BackendProblem
from frontend.api.till import change_pin, list_pins
from frontend.kit.pages import page, redirect
from frontend.kit.request import Request

ADDRESS = "/till/pins"
SIGNED_OUT = 401


@get(ADDRESS, name="pins")
async def show_pins(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    return page(request, "till/pins/page.html", pins=await list_pins(caller), problem=None)


@post(ADDRESS + "/{user_id:uuid}/unlock")
async def take_unlock(request: Request, caller: NamedDependency[Caller], user_id: FromPath[UUID]) -> Response[str]:
    return await _change(request, caller, user_id, "unlock")


@post(ADDRESS + "/{user_id:uuid}/clear")
async def take_clear(request: Request, caller: NamedDependency[Caller], user_id: FromPath[UUID]) -> Response[str]:
    return await _change(request, caller, user_id, "clear")


async def _change(request: Request, caller: Caller, user_id: UUID, change: Literal["unlock", "clear"]) -> Response[str]:
    try:
        await change_pin(caller, user_id, change)
    except BackendProblem as problem:
        if problem.status == SIGNED_OUT:
            raise
        pins = await list_pins(caller)
        return page(request, "till/pins/page.html", status=problem.status, pins=pins, problem=problem.sentence)
    return redirect(request, ADDRESS)


PIN_PAGES = (show_pins, take_unlock, take_clear)
