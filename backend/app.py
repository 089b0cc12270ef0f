"""Composition root of the API."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import Any

from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.types import ASGIApp

from backend.access.guards import actor_of, place_of
from backend.core.bodies import StrictRequest
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.failures import HANDLERS
from backend.core.logs import configure_logs
from backend.core.observe import Observed
from backend.core.origin import Origin
from backend.core.paging import Cursors
from backend.core.requests import client_address, printable_address, reader_language
from backend.core.settings import Settings, load_settings
from backend.document import DOCUMENT
from backend.loyalty.enrollment.actions import Enrollment
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.routes.booking_route import provide_caller
from backend.loyalty.previews.actions import Previews
from backend.routes import about, api, shows_docs
from backend.services import open_services
from backend.staff_pins.actions import StaffPins
from backend.wallets.apple.issuing import ApplePasses
from backend.wallets.images.actions import PassImages

BODY_BYTES_MAX = 1024 * 1024
GARBAGE_THRESHOLD = 10_000
"""New objects between two looks at the youngest; Python's own 700 is a request or two."""


def create_app(settings: Settings | None = None) -> ASGIApp:
    """The API as a server runs it."""
    settings = settings or load_settings()
    return Observed(create_api(settings), "api", is_https=settings.is_https)


def create_api(settings: Settings) -> Litestar:
    configure_logs(settings, "backend")
    return Litestar(
        route_handlers=[api, *about(settings)],
        lifespan=[_resources],
        state=State({"settings": settings}),
        dependencies={
            "origin": Provide(provide_origin, sync_to_thread=False),
            "ledger": Provide(provide_ledger, sync_to_thread=False),
            "caller": Provide(provide_caller, sync_to_thread=False),
            "pins": Provide(provide_pins, sync_to_thread=False),
            "enrollment": Provide(provide_enrollment, sync_to_thread=False),
            "previews": Provide(provide_previews, sync_to_thread=False),
            "sessions": Provide(provide_sessions, sync_to_thread=False),
            "cursors": Provide(provide_cursors, sync_to_thread=False),
            "apple_passes": Provide(provide_apple_passes, sync_to_thread=False),
            "pass_images": Provide(provide_pass_images, sync_to_thread=False),
        },
        exception_handlers=HANDLERS,
        request_class=StrictRequest,
        openapi_config=DOCUMENT if shows_docs(settings) else None,
        request_max_body_size=BODY_BYTES_MAX,
        logging_config=None,
    )


@asynccontextmanager
async def _resources(app: Litestar) -> AsyncIterator[None]:
    async with open_services(app.state.settings) as services:
        for field in fields(services):
            app.state[field.name] = getattr(services, field.name)
        _spare_the_collector()
        yield


def _spare_the_collector() -> None:
    """What is loaded now stays: looking through all of it again and again took a twentieth of the time of a request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)


def provide_origin(request: Request[Any, Any, Any], ledger: NamedDependency[Ledger]) -> Origin:  # noqa: ARG001
    """Of a request whose guards have settled the actor, the store of a till, and for whom an admin acts.

    Settled after the ledger, which nearly every handler wants too: two that do not wait for each other would be settled
    in tasks of their own, which costs more than both.
    """
    actor, state = actor_of(request), request.scope["state"]
    is_own = actor.merchant is not None
    place = place_of(request) if "place" in state else None
    return Origin(
        merchant_id=actor.merchant.id if actor.merchant else state["on_behalf_of"],
        store_id=place.id if place else None,
        user_id=actor.user_id if is_own else None,
        user_name=actor.name if is_own else None,
        language=reader_language(request),
        now=clock.now(),
        instance=request.scope["path"],
        request_id=state["request_id"],
        sign_in_id=actor.sign_in_id,
        ip=printable_address(client_address(request)),
        user_agent=request.headers.get("user-agent", "")[:300] or None,
        on_behalf_user_id=None if is_own else actor.user_id,
        on_behalf_name=None if is_own else actor.name,
        country=place.country if place else None,
    )


def provide_ledger(request: Request[Any, Any, Any]) -> Ledger:
    return request.app.state.ledger  # type: ignore[no-any-return]


def provide_pins(ledger: NamedDependency[Ledger]) -> StaffPins:
    return ledger.pins


def provide_enrollment(state: State) -> Enrollment:
    return state.enrollment  # type: ignore[no-any-return]


def provide_previews(state: State) -> Previews:
    return state.previews  # type: ignore[no-any-return]


def provide_sessions(state: State) -> Sessions:
    return state.sessions  # type: ignore[no-any-return]


def provide_cursors(state: State) -> Cursors:
    return state.cursors  # type: ignore[no-any-return]


def provide_apple_passes(state: State) -> ApplePasses | None:
    """None when Apple Wallet is not configured."""
    return state.apple.passes if state.apple else None


def provide_pass_images(state: State) -> PassImages:
    return state.pass_images  # type: ignore[no-any-return]
