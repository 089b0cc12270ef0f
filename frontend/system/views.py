"""Health checks, service worker, offline page and policy reports."""

import json

import structlog
from litestar import Response, get, post
from litestar.di import NamedDependency

from frontend.api.client import Caller
from frontend.kit.assets import Assets
from frontend.kit.pages import page
from frontend.kit.request import Request
from frontend.system.csp_reports import ReportLimit, violations_of
from i18n.locales import LANGUAGES

log = structlog.get_logger()
report_limit = ReportLimit()
AWAY = 503
LONGEST_REPORT = 16_384
SHELL = (
    "css/orion.css",
    "js/orion.js",
    "vendor/htmx.min.js",
    "vendor/icons.svg",
    "vendor/inter-latin.woff2",
    "img/mark.svg",
)


@get("/health/live")
async def show_live() -> dict[str, str]:
    return {"status": "alive"}


@get("/health/ready")
async def show_ready(caller: NamedDependency[Caller]) -> Response[dict[str, str]]:
    """Ready when the backend is alive; the backend checks its own database."""
    if await caller.is_alive():
        return Response({"status": "ready"})
    return Response({"status": "backend away"}, status_code=AWAY)


@get("/offline")
async def show_offline(request: Request) -> Response[str]:
    """Cached by the service worker in every language, by `?lang=`. The page contains nothing personal."""
    return page(request, "system/offline.html")


@get("/sw.js")
async def show_service_worker(request: Request) -> Response[str]:
    assets: Assets = request.app.state.assets
    shell = [*(f"/offline?lang={language}" for language in LANGUAGES), *(assets.url(name) for name in SHELL)]
    script = assets.text("js/sw.js").replace('["SHELL"]', json.dumps(shell))
    return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@post("/csp-reports", status_code=204, request_max_body_size=LONGEST_REPORT)
async def take_csp_reports(request: Request) -> None:
    for report in violations_of(await request.body()):
        if report_limit.allows():
            log.warning("csp_report", **report)
