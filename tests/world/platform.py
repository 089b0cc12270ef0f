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
    return with_settings(services, "email", **values)


def with_settings(services: Services, category: str, **values: Any) -> Services:
    current = services.live.current
    changed: PlatformSettings = replace(current, **{category: replace(getattr(current, category), **values)})
    in_force = services.live.in_force._replace(settings=changed)
    live = SimpleNamespace(current=changed, in_force=in_force)
    return dataclasses.replace(services, live=cast("LiveSettings", live))
