import pytest
from msgspec import Struct

from tests.frontend.canned import found
from tests.frontend.email_templates.canned import (
    DETAIL,
    HISTORY,
    LIST,
    OWN_DETAIL,
    OWN_HISTORY,
    OWN_LIST,
    PREVIEW,
    address,
)
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, StaffBackend, admin, owner
from tests.frontend.staff_browser import Browser


@pytest.fixture
async def ada(browser: Browser, backend: StaffBackend) -> Browser:
    """An administrator, signed in."""
    _answer(backend, "admin", LIST, DETAIL, HISTORY)
    backend.answers["POST /auth/sign-in"] = found(admin(), 201)
    await browser.sign_in()
    return browser


@pytest.fixture
async def claire(browser: Browser, backend: StaffBackend) -> Browser:
    """An owner, signed in."""
    _answer(backend, "merchant", OWN_LIST, OWN_DETAIL, OWN_HISTORY)
    backend.answers["POST /auth/sign-in"] = found(owner(ANNA_AT_THE_HUB), 201)
    await browser.sign_in()
    return browser


def _answer(backend: StaffBackend, audience: str, listing: Struct, detail: Struct, history: Struct) -> None:
    backend.answers |= {
        f"GET /{audience}/email-templates": found(listing),
        f"GET {address(audience)}": found(detail),
        f"PUT {address(audience)}": found(detail),
        f"DELETE {address(audience)}": found(detail),
        f"GET {address(audience, '/versions')}": found(history),
        f"POST {address(audience, '/restore')}": found(detail),
        f"POST {address(audience, '/preview')}": found(PREVIEW),
        f"POST {address(audience, '/test')}": found({"recipient": "ada@orion.example"}, 202),
    }
