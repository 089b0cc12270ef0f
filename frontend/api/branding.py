"""What pages show of the platform."""

from backend.settings.schemas import BrandingView
from frontend.api.client import Caller


async def get_changed_branding(caller: Caller, etag: str) -> tuple[BrandingView, str] | None:
    """None when nothing has changed since the answer with `etag`."""
    return await caller.get_changed("/storefront/branding", BrandingView, etag)
