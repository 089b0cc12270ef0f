"""Services with other settings of the platform."""

import dataclasses
from types import SimpleNamespace
from typing import Any, cast

from msgspec.structs import replace

from backend.core.platform_settings import PlatformSettings
from backend.services import Services
from backend.settings.live import LiveSettings

HTTPS = {"public_url": "https://cards.example"}
PRODUCTION = {"environment": "production", **HTTPS}


def with_mail(services: Services, **values: Any) -> Services:
    """As if these settings of mail were in force."""
    current = services.live.current
    changed: PlatformSettings = replace(current, email=replace(current.email, **values))
    in_force = services.live.in_force._replace(settings=changed)
    live = SimpleNamespace(current=changed, in_force=in_force)
    return dataclasses.replace(services, live=cast("LiveSettings", live))
