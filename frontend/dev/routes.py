"""Development pages: the component gallery, the sandbox's phones, the caught mails and the strings of a page."""

from litestar.types import ControllerRouterHandler

from frontend.dev.kit.views import show_kit
from frontend.dev.mail.views import MAIL
from frontend.dev.sandbox.views import add_to_phone, show_phones, show_sandbox, watch_phones
from frontend.dev.strings.views import STRINGS
from frontend.settings import Settings

SANDBOX: list[ControllerRouterHandler] = [show_sandbox, show_phones, watch_phones, add_to_phone]


def handlers(settings: Settings) -> list[ControllerRouterHandler]:
    """Includes the pages of sandbox and mail catcher only where these are configured."""
    pages: list[ControllerRouterHandler] = [show_kit, *(STRINGS if settings.is_development else [])]
    pages += SANDBOX if settings.has_sandbox else []
    return pages + ([MAIL] if settings.has_mail_catcher else [])
