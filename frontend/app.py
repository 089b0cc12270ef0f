"""The composition root of the frontend. The server starts `create_app`."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from environment.development import development_module
from environment.host_header import HostCheck
from environment.tracing.switch import start_tracing, tracing
from frontend.api.client import open_client
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.kit.assets import Assets
from frontend.kit.branding import LiveBranding, refresh_branding
from frontend.kit.caller import provide_caller
from frontend.kit.csrf import keep_csrf_id, refuse_forged
from frontend.kit.forms import FormError
from frontend.kit.headers import add_headers
from frontend.kit.logs import set_up_logs
from frontend.kit.problems import (
    show_backend_problem,
    show_backend_unavailable,
    show_failure,
    show_form_error,
    show_http_problem,
)
from frontend.kit.session import session_middleware
from frontend.kit.templates import Templates
from frontend.routes import handlers
from frontend.settings import Settings, load_settings

LARGEST_BODY = 262_144
NO_HOST = b"The Host header of this request names no host.\n"


def create_app(settings: Settings | None = None, transport: httpx.AsyncBaseTransport | None = None) -> Litestar:
    """Tests pass a `transport` that answers in place of the backend."""
    settings = settings or load_settings()
    started = start_tracing("frontend")
    set_up_logs(settings)
    client = open_client(settings.backend_url, transport)
    started.around_client(client)
    assets = Assets()
    app = Litestar(
        route_handlers=handlers(settings),
        state=State(
            {
                "settings": settings,
                "assets": assets,
                "templates": Templates(assets, reload=settings.is_development),
                "client": client,
                "branding": LiveBranding(),
            }
        ),
        dependencies={"caller": Provide(provide_caller, sync_to_thread=False)},
        guards=[refuse_forged],
        middleware=[session_middleware(settings)],
        exception_handlers={
            BackendProblem: show_backend_problem,
            BackendUnavailable: show_backend_unavailable,
            FormError: show_form_error,
            HTTPException: show_http_problem,
            Exception: show_failure,
        },
        before_request=refresh_branding,
        before_send=[add_headers, keep_csrf_id],
        lifespan=[close_client],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=LARGEST_BODY,
        debug=False,
    )
    checked = HostCheck(_with_strings(app.asgi_handler, settings), "text/plain; charset=utf-8", lambda _: NO_HOST)
    app.asgi_handler = started.around_app(checked)
    return app


def _with_strings(handler: ASGIApp, settings: Settings) -> ASGIApp:
    """In development the sentences of a page can be looked up in it."""
    switch = development_module("frontend.dev.strings.switch") if settings.is_development else None
    return switch.with_strings(handler) if switch else handler


@asynccontextmanager
async def close_client(app: Litestar) -> AsyncGenerator[None, None]:
    async with app.state.client:
        yield
    await asyncio.to_thread(tracing().close)
