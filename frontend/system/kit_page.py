from litestar import Response, get

from frontend.kit.pages import page
from frontend.kit.request import Request


@get("/_kit")
async def show_kit(request: Request) -> Response[str]:
    """Every component in every state, for the eye, for screenshots and for the accessibility tests."""
    return page(request, "system/kit.html")
