import pytest

from backend.core.schemas import Page
from tests.frontend.canned import found
from tests.frontend.office.rewards.canned import BAG, LIST, ONE, SCARF, WRITES
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, OUTLET, StaffBackend, owner
from tests.frontend.staff_browser import Browser


@pytest.fixture
async def claire(browser: Browser, backend: StaffBackend) -> Browser:
    """The owner of two stores and two rewards, signed in."""
    backend.answers |= {
        "POST /auth/sign-in": found(owner(ANNA_AT_THE_HUB, OUTLET), 201),
        LIST: found(Page([SCARF, BAG], None, has_more=False)),
        ONE: found(SCARF),
        **dict.fromkeys(WRITES, found(SCARF)),
    }
    await browser.sign_in()
    return browser
