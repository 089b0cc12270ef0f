"""Claire, who owns the merchant, and Paul, who administers the platform, at the pages of policy and stores."""

import pytest

from backend.access.permissions import BY_ROLE
from backend.administration.schemas.merchants import MerchantDetail
from backend.identity.schemas import SignInView, UserView
from backend.merchants.policy.schemas import PolicyDetail
from tests.frontend.canned import ID, MOMENT, changed, found
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, StaffBackend, owner
from tests.frontend.staff_browser import Browser

POLICY = PolicyDetail("optional", 5, 30, 2, True, True, True, False, False, 3, MOMENT, "Paul Klein")
MERCHANT = MerchantDetail(
    "fashion", "Fashion Group", "Europe/Luxembourg", "fr", "EUR", None, None, MOMENT, 1, [], None, POLICY, [], []
)


@pytest.fixture
async def claire(browser: Browser, backend: StaffBackend) -> Browser:
    backend.answers |= {
        "POST /auth/sign-in": found(owner(ANNA_AT_THE_HUB), 201),
        "GET /merchant/policy": found(POLICY),
        "PATCH /merchant/policy": found(changed(POLICY, version=4)),
    }
    await browser.sign_in()
    return browser


@pytest.fixture
async def paul(browser: Browser, backend: StaffBackend) -> Browser:
    role = "platform_admin"
    user = UserView(ID, "paul@orion.example", "Paul Klein", role, None, sorted(BY_ROLE[role]), None, [])
    backend.answers |= {
        "POST /auth/sign-in": found(SignInView("secret-token", MOMENT, user, "proof"), 201),
        "GET /admin/merchants/fashion": found(MERCHANT),
        "GET /admin/merchants/fashion/policy": found(POLICY),
        "PUT /admin/merchants/fashion/policy": found(changed(POLICY, version=4)),
    }
    await browser.sign_in()
    return browser
