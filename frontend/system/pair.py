"""The page behind a pairing code that was scanned with the wrong app. The code itself stays in the browser."""

from litestar import Response, get

from frontend.kit.pages import page
from frontend.kit.request import Request


@get("/pair", name="pair")
async def show_pair(request: Request) -> Response[str]:
    return page(request, "system/pair.html")
