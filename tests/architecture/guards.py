"""What the guards of each operation require, read from the API's route table."""

import inspect
from collections.abc import Iterator
from typing import Any

from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from backend.app import create_api
from backend.core.settings import Settings

SIGNED_IN, AT_A_STORE = "signed in", "at a store"
RIGHTS = {"requires": "store", "for_merchant": "merchant", "for_staff": "staff", "for_platform": "platform"}
"""Guards that ask for a permission, and where it must work."""
AUTHENTICATING = {"signed_in", "identified", "authenticated"}
NO_RIGHTS = {*AUTHENTICATING, "at_store", "with_feature", "limited_by_till", "limited", "limited_by", "limited_by_address", "for_cards_merchant"}
"""Guards that ask for none. `signed_in` and `at_store` are known by the routers."""


def requirements() -> dict[str, str]:
    """By operation, or by path where it has no name: `store: loyalty.view_programs`, `signed in`, or nothing."""
    api = create_api(Settings(environment="test", secret_keys="guards"), {})
    return {
        handler.operation_id or route.path: _required(handler)
        for route in api.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.http_methods != {"OPTIONS"}
    }


def _required(handler: HTTPRouteHandler) -> str:
    found = [each for guard in handler.resolve_guards() for each in _single(guard)]
    unknown = {name for name, _ in found} - RIGHTS.keys() - NO_RIGHTS
    told = [f"{RIGHTS[name]}: {values['permission']}" for name, values in found if name in RIGHTS]
    told += sorted(f"guard: {name}" for name in unknown)
    names = {name for name, _ in found}
    assert names & AUTHENTICATING or not names & {*RIGHTS, "at_store"}, handler
    return " and ".join(told) or (AT_A_STORE if "at_store" in names else SIGNED_IN if names & AUTHENTICATING else "")


def _single(guard: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and values of each guard that this one runs."""
    guard = getattr(guard, "func", guard)
    values = dict(inspect.getclosurevars(guard).nonlocals) if inspect.isfunction(guard) else {}
    name = guard.__qualname__.partition(".")[0]
    if name == "all_of":
        for each in values["guards"]:
            yield from _single(each)
    else:
        yield name, values
