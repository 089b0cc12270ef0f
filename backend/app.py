"""Composition root of the API."""

import asyncio
import gc
from collections.abc import AsyncIterator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import Any

import msgspec
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.types import ASGIApp

from backend.access.guards import actor_of, actor_store_of, principal_of
from backend.access.openapi import add_refusals_of_kinds
from backend.core import startup
from backend.core.api_response import ApiResponse
from backend.core.bodies import StrictRequest
from backend.core.clock import clock
from backend.core.compression import COMPRESSION
from backend.core.failures import HANDLERS
from backend.core.logs import configure_logs
from backend.core.middleware import RequestMiddleware
from backend.core.openapi.descriptions import DescribedStructs, describe_addresses
from backend.core.openapi.operations import complete_operations
from backend.core.openapi.own_refusals import add_own_refusals
from backend.core.origin import Origin, PlatformOrigin
from backend.core.problems import MEDIA_TYPE, RequestRefused
from backend.core.requests import ApiRequest, client_address, printable_address, reader_language
from backend.core.resources import resources_of
from backend.core.settings import Settings, load_settings
from backend.devices.openapi import add_device_refusals
from backend.document import DOCUMENT, IN_ADDRESSES
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.routes.booking_route import provide_caller
from backend.operations.about import about, shows_docs
from backend.operations.heartbeats.actions import beating
from backend.routes import api
from backend.services import Services, open_services
from environment.development import development_module
from environment.host_header import HostCheck
from environment.tracing.switch import start_tracing, tracing
from i18n.locales import SOURCE_LANGUAGE

BODY_BYTES_MAX = 1024 * 1024
GARBAGE_THRESHOLD = 10_000
"""Allocations between collections of the youngest generation. Python's default of 700 is one or two requests."""


def create_app(settings: Settings | None = None, environ: Mapping[str, str] | None = None) -> ASGIApp:
    """The ASGI application for the server: the API behind its middleware.

    `environ` gives platform settings their values; default: the environment of the process.
    """
    settings = settings or load_settings()
    started = start_tracing("backend")
    started.around_databases()
    return started.around_app(behind_middleware(create_api(settings, environ), settings))


def behind_middleware(api: Litestar, settings: Settings) -> ASGIApp:
    api_of_valid_hosts = HostCheck(_with_marks(api, settings), MEDIA_TYPE, _host_refusal)
    return RequestMiddleware(api_of_valid_hosts, "api", is_https=settings.is_https)


def _with_marks(api: Litestar, settings: Settings) -> ASGIApp:
    """In development a page asks for texts that tell which sentence they are."""
    middleware = development_module("i18n.dev.middleware") if settings.environment == "development" else None
    return middleware.MarkedRequests(api, middleware.is_asked_by_header, only_reading=True) if middleware else api


def _host_refusal(scope: MutableMapping[str, Any]) -> bytes:
    """In English: no request can be made of it, and so no language be read from it."""
    facts = {"instance": scope["path"], "request_id": scope["state"]["request_id"]}
    return msgspec.json.encode(RequestRefused(400).as_dict(language=SOURCE_LANGUAGE, **facts))


def create_api(settings: Settings, environ: Mapping[str, str] | None = None) -> Litestar:
    configure_logs(settings, "backend")
    app = Litestar(
        route_handlers=[api, *about(settings)],
        lifespan=[_open_resources],
        state=State({"settings": settings, "environ": environ}),
        dependencies=_dependencies(),
        exception_handlers=HANDLERS,
        request_class=StrictRequest,
        response_class=ApiResponse,
        compression_config=COMPRESSION,
        openapi_config=DOCUMENT if shows_docs(settings) else None,
        plugins=[DescribedStructs()],
        request_max_body_size=BODY_BYTES_MAX,
        logging_config=None,
    )
    add_own_refusals(app)
    add_refusals_of_kinds(app)
    add_device_refusals(app)
    describe_addresses(app, IN_ADDRESSES)
    complete_operations(app)
    return app


@asynccontextmanager
async def _open_resources(app: Litestar) -> AsyncIterator[None]:
    settings, environ, patience = app.state.settings, app.state.environ, startup.PATIENCE_SECONDS
    opening = open_services(settings, environ, patience_seconds=patience)
    async with opening as services, beating(services.sessions, "backend"):
        app.state.resources = services
        _freeze_loaded_objects()
        yield
    await asyncio.to_thread(tracing().close)


def _freeze_loaded_objects() -> None:
    """Excludes all loaded objects from garbage collection: scanning them took 5 % of the time of a request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)


def _dependencies() -> dict[str, Provide]:
    """What a handler may ask for by name: each resource of the process, the request's origin, and its caller."""
    return {field.name: _resource(field.name) for field in fields(Services)} | {
        "origin": Provide(provide_origin, sync_to_thread=False),
        "platform_origin": Provide(provide_platform_origin, sync_to_thread=False),
        "caller": Provide(provide_caller, sync_to_thread=False),
    }


def _resource(name: str) -> Provide:
    def provide(request: ApiRequest) -> Any:
        return getattr(resources_of(request), name)

    return Provide(provide, sync_to_thread=False)


def provide_origin(request: ApiRequest, ledger: NamedDependency[Ledger]) -> Origin:  # noqa: ARG001
    """The origin of a request. Its guards have stored principal, a till's store, and the merchant an admin acts for.

    It depends on the ledger, which nearly every handler needs: Litestar resolves independent dependencies in separate
    tasks, which costs more than resolving both in sequence.
    """
    principal, state = principal_of(request), request.scope["state"]
    store = actor_store_of(request) if "actor_store" in state else None
    origin = Origin(
        merchant_id=principal.merchant.id if principal.merchant else state["on_behalf_of"],
        store_id=store.id if store else None,
        user_id=None,
        user_name=None,
        language=reader_language(request),
        now=clock.now(),
        instance=request.scope["path"],
        request_id=state["request_id"],
        ip=printable_address(client_address(request)),
        user_agent=request.headers.get("user-agent", "")[:300] or None,
        country=store.country if store else None,
    )
    return principal.sign(origin)


def provide_platform_origin(request: ApiRequest) -> PlatformOrigin:
    """The origin of a request of the platform's own people that concerns no merchant."""
    actor = actor_of(request)
    return PlatformOrigin(
        user_id=actor.user_id,
        user_name=actor.name,
        language=reader_language(request),
        now=clock.now(),
        instance=request.scope["path"],
        request_id=request.scope["state"]["request_id"],
        sign_in_id=actor.sign_in_id,
    )
