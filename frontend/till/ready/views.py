from litestar import Response, get
from litestar.di import NamedDependency

from frontend.api.client import Caller
from frontend.api.till import get_till
from frontend.kit.request import Request
from frontend.till.screen import ready_screen


@get("/till", name="till")
async def show_till(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    return ready_screen(request, await get_till(caller))
