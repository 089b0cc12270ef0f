"""The API of customers' accounts: each test replaces the answers that it is about."""

from datetime import UTC, datetime
from uuid import UUID

import httpx

from backend.identity.customers.schemas import CustomerSignInView, NotMeView, OwnAccount, SignInAttempt
from tests.frontend import canned
from tests.frontend.canned import changed, found, refused
from tests.frontend.staff_browser import Browser

EMAIL = "otto@example.com"
LATER = datetime(2030, 1, 1, tzinfo=UTC)
PLACE = "/api/v1/storefront/account"
PAGE = canned.card_page()
OTHER_STORE = changed(canned.STORES[0], code="AURORA", name="Café Aurora")
OTHER_PAGE = canned.card_page(id=UUID(int=77), enrolled_store=OTHER_STORE, works_at=[OTHER_STORE])
ACCOUNT = OwnAccount("Fashion Group", EMAIL, "en", [PAGE])


class Backend:
    """Knows one customer. A test replaces the answers that it is about."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.answers: dict[tuple[str, str], httpx.Response] = {
            ("POST", "/FASHIONHUB/codes"): found(SignInAttempt("the attempt", LATER), 202),
            ("POST", "/sessions"): found(CustomerSignInView("the token", LATER), 201),
            ("GET", ""): found(ACCOUNT),
            ("PATCH", ""): found(ACCOUNT),
            ("POST", "/sign-out"): httpx.Response(204),
            ("POST", "/sign-out-everywhere"): httpx.Response(204),
            ("POST", "/not-me"): found(NotMeView(LATER, True, 2)),
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.startswith(PLACE):
            return canned.answer(request)
        self.asked.append(request)
        place = request.method, request.url.path.removeprefix(PLACE)
        return self.answers.get(place) or refused(404, "store_not_found")

    def asked_at(self, place: str) -> list[httpx.Request]:
        return [request for request in self.asked if request.url.path == PLACE + place]


async def sign_in(otto: Browser) -> httpx.Response:
    await otto.open("/account?store=FASHIONHUB")
    await otto.submit("/account", email=EMAIL)
    await otto.open("/account/code")
    return await otto.submit("/account/code", code="482 913")
