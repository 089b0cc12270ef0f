"""The start page of administrators: the platform's pages, and the state of the wallets."""

from litestar import Response, get

from frontend.kit.pages import page
from frontend.kit.request import Request


@get("/admin", name="admin")
async def show_admin(request: Request) -> Response[str]:
    return page(request, "admin/overview/page.html")
