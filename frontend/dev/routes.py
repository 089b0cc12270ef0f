"""Development pages: the component gallery and the sandbox's phones."""

from litestar.types import ControllerRouterHandler

from frontend.dev.kit.views import show_kit
from frontend.dev.sandbox.views import add_to_phone, show_phones, show_sandbox, watch_phones
from frontend.settings import Settings

SANDBOX: list[ControllerRouterHandler] = [show_sandbox, show_phones, watch_phones, add_to_phone]


def handlers(settings: Settings) -> list[ControllerRouterHandler]:
    """Includes the sandbox pages only where a sandbox is configured."""
    return [show_kit, *(SANDBOX if settings.has_sandbox else [])]
