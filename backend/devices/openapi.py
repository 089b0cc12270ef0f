"""In the document: what devices may call is refused to them as their own problems say, and takes their scheme too."""

from litestar import Litestar
from litestar.routes import HTTPRoute

from backend.access.guards import DEVICES
from backend.access.problems import NotForDevices
from backend.core.openapi import Refusals, refusals
from backend.devices.principal import TILL_ONLY
from backend.devices.problems import REFUSED_DEVICE

SCHEME = "device"


def add_device_refusals(api: Litestar) -> None:
    for route in [route for route in api.routes if isinstance(route, HTTPRoute)]:
        for handler in route.route_handlers:
            opened = handler.opt.get(DEVICES)
            if not opened:
                continue
            told = handler.responses or {}
            known = [problem for spec in told.values() if isinstance(spec, Refusals) for problem in spec.problems]
            kiosk = [NotForDevices] if opened == TILL_ONLY else []
            handler.responses = {**told, **refusals(*known, *REFUSED_DEVICE, *kiosk)}
            if not any(SCHEME in scheme for scheme in handler.resolve_security()):
                handler.security = [*(handler.security or []), {SCHEME: []}]
