"""What the guards of each operation require, read from the API's route table."""

import inspect
from collections.abc import Iterator
from typing import Any

from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from backend.access.guards import API_KEYS, DEVICES, ON_BEHALF
from backend.app import create_api
from backend.core.settings import Settings

SIGNED_IN, AT_A_STORE = "signed in", "at a store"
ALSO_BY_PIN, ALSO_WITHOUT_FACTOR = f"{SIGNED_IN}, also by PIN", f"{SIGNED_IN}, also without second factor"
ALSO_ON_BEHALF, NOT_ON_BEHALF = "also on behalf", "not on behalf"
FOR_KEYS, FOR_DEVICES = "also by API key", "also by device"
CONFIRMED, ACTING, AS_CUSTOMER = "confirmed", "acting on behalf", "as customer"
RIGHTS = {"requires": "store", "for_merchant": "merchant", "for_staff": "staff", "for_platform": "platform"}
"""Guards that ask for a permission, and where it must work."""
AUTHENTICATING = {"signed_in": SIGNED_IN, "identified": ALSO_BY_PIN, "authenticated": ALSO_WITHOUT_FACTOR}
PROOFS = {"confirmed": CONFIRMED, "on_behalf": ACTING, "customer_signed_in": AS_CUSTOMER}
NO_RIGHTS = {
    *("at_store", "with_feature", "for_cards_merchant", "for_named_merchant"),
    *("limited", "limited_by_till", "limited_by", "limited_by_address"),
}
"""Guards that ask for none: they select the store or the merchant, and limit."""


def requirements() -> dict[str, str]:
    """By operation, or by path where it has no name: `store: loyalty.view_programs`, `signed in`, or nothing."""
    api = create_api(Settings(environment="test", secret_keys="guards"), {})
    return {
        str(handler.operation_id or route.path): " and ".join(_required(handler))
        for route in api.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.http_methods != {"OPTIONS"}
    }


def _required(handler: HTTPRouteHandler) -> Iterator[str]:
    """Only what is unusual is said of the sign-in: a PIN is enough at a store, an office is open on behalf."""
    found = [each for guard in handler.resolve_guards() for each in _single(guard)]
    names = {name for name, _ in found}
    places = [f"{RIGHTS[name]}: {values['permission']}" for name, values in found if name in RIGHTS]
    is_at_store = "at_store" in names
    proofs = sorted(PROOFS[name] for name in names & PROOFS.keys())
    signed_in = [AUTHENTICATING[name] for name, _ in found if name in AUTHENTICATING]
    assert len(signed_in) == 1 or not names & {*RIGHTS, *PROOFS, "at_store"} - {"customer_signed_in"}, handler
    yield from places or [AT_A_STORE] * is_at_store
    if signed_in != [ALSO_BY_PIN if is_at_store else SIGNED_IN] or not (places or is_at_store):
        yield from signed_in
    yield from proofs
    is_open_on_behalf = bool(handler.opt.get(ON_BEHALF))
    if is_open_on_behalf != ("merchant" in {place.partition(":")[0] for place in places} or ACTING in proofs):
        yield ALSO_ON_BEHALF if is_open_on_behalf else NOT_ON_BEHALF
    yield from [FOR_KEYS] * bool(handler.opt.get(API_KEYS)) + [FOR_DEVICES] * bool(handler.opt.get(DEVICES))
    yield from sorted(f"guard: {name}" for name in names - {*RIGHTS, *PROOFS, *AUTHENTICATING, *NO_RIGHTS})


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
