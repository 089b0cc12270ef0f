"""In the document: which operations are not open to API keys or devices."""

from litestar import Litestar
from litestar.routes import HTTPRoute

from backend.access.guards import API_KEYS, DEVICES
from backend.access.problems import NotForApiKeys, NotForDevices
from backend.core.openapi import Refusals, refusals

SCHEME = "token"
REFUSED_UNLESS = {API_KEYS: NotForApiKeys, DEVICES: NotForDevices}


def add_refusals_of_kinds(api: Litestar) -> None:
    """Adds the refusals of principals for whom a documented operation is not open."""
    for route in [route for route in api.routes if isinstance(route, HTTPRoute)]:
        for handler in route.route_handlers:
            if not any(SCHEME in scheme for scheme in handler.resolve_security()):
                continue
            told = handler.responses or {}
            known = [problem for spec in told.values() if isinstance(spec, Refusals) for problem in spec.problems]
            missing = [problem for opt, problem in REFUSED_UNLESS.items() if not handler.opt.get(opt)]
            handler.responses = {**told, **refusals(*known, *missing)}
