"""In the document: what devices may call is refused to them as their own problems say, and takes their scheme too."""

from litestar import Litestar
from litestar.routes import HTTPRoute

from backend.access.guards import DEVICES
from backend.access.problems import NotForDevices
from backend.core.openapi import add_problems
from backend.devices.principal import TILL_ONLY
from backend.devices.problems import REFUSED_DEVICE

SCHEME = "device"


def add_device_refusals(api: Litestar) -> None:
    for route in [route for route in api.routes if isinstance(route, HTTPRoute)]:
        for handler in route.route_handlers:
            opened = handler.opt.get(DEVICES)
            if not opened:
                continue
            kiosk = [NotForDevices] if opened == TILL_ONLY else []
            add_problems(handler, *REFUSED_DEVICE, *kiosk)
            if not any(SCHEME in scheme for scheme in handler.resolve_security()):
                handler.security = [*(handler.security or []), {SCHEME: []}]
