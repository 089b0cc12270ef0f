"""The API's documentation at /docs. All assets are served from here, none from other hosts."""

from pathlib import Path

from litestar import Response, get
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

FOLDER = Path(__file__).parent
PAGE = (FOLDER / "page.html").read_text(encoding="utf-8")
# The viewer uses style attributes; nothing else may be inline.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@get("/docs", include_in_schema=False, sync_to_thread=False)
def docs() -> Response[str]:
    return Response(PAGE, media_type="text/html", headers={"Content-Security-Policy": POLICY})


@get("/", include_in_schema=False, sync_to_thread=False)
def start() -> Redirect:
    return Redirect("/docs")


assets = create_static_files_router(
    "/docs/assets", directories=[FOLDER / "assets"], include_in_schema=False, cache_control=None
)
