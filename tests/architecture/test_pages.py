"""Every page as every role, from the frontend's own route table: who sees it, who is refused, who is led where."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, NamedTuple

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp

from backend.access.permissions import BY_ROLE, GIVEN
from backend.identity.schemas import UserView
from frontend.app import create_app
from frontend.kit.person import KEY, Person, person_from
from frontend.kit.session import session_middleware
from frontend.settings import Settings
from tests.architecture.cast import Cast, gather_cast
from tests.architecture.pages import (
    ARRIVAL,
    ASKS_NOTHING,
    BEFORE_THE_BACKEND,
    LEADS_ON,
    LED_ON,
    NOT_FOUND,
    OPEN,
    REFUSED,
    REQUIRED,
    SHOWN,
    TO_SIGN_IN,
)
from tests.architecture.roles import LET_IN, ROLES
from tests.conftest import HERE, OpenShop
from tests.world.asgi import asgi_transport
from tests.world.belongings import Values
from tests.world.till import AnonymousCaller

SETTINGS = Settings(environment="test", secret_keys="the key of the tests", public_url="http://orion.test")
AT_THEIR_STORE = {"member of another store": GIVEN, "owner of another merchant": BY_ROLE["merchant_owner"]}
"""Where pages are concerned, a store is chosen: they are at their own."""
GONE = {"member who has left", "expired session", "revoked session"}
"""Their cookie still says that they are the owner."""
NO_COOKIE = {
    *("nobody", "customer", "customer whose session has expired", "tablet"),
    *("API key", "API key of another store", "revoked API key"),
}
VISITORS = [role for role in ROLES if role not in NO_COOKIE or role == "nobody"]
"""Without a cookie all are nobody: they send the same."""
GUARDED = ("/till", "/office", "/admin", "/profile")
ENDING = ("/profile/sessions/end", "/on-behalf/end", "/sign-out")
"""Sent last: they end the session."""
OUTCOMES = {
    **dict.fromkeys(("unauthenticated", "session_expired"), TO_SIGN_IN),
    **dict.fromkeys(("confirmation_required", "second_factor_missing"), LED_ON),
}
"""Of what the backend says; every other refusal is shown as a page."""


def test_every_page_is_declared_with_what_it_needs(front: Litestar) -> None:
    """A new one goes into `pages.py`; one that is open to all needs a reason there."""
    assert set(pages_of(front)) == {*REQUIRED, *LEADS_ON, *OPEN, *ARRIVAL}


@pytest.fixture
async def front(app: ASGIApp) -> AsyncIterator[Litestar]:
    """The frontend before the backend under test."""
    front = create_app(SETTINGS, asgi_transport(app, client=HERE))
    async with front.state.client:
        yield front


def pages_of(front: Litestar, method: str = "GET") -> list[str]:
    routes = [route for route in front.routes if isinstance(route, HTTPRoute)]
    found = [route.path for route in routes for handler in route.route_handlers if method in handler.http_methods]
    return [re.sub(r":\w+}", "}", path) for path in found]


class Visitor(NamedTuple):
    """A browser with what the session of a role keeps there; it takes no other cookies."""

    role: str
    person: Person | None
    cookie: str
    http: httpx.AsyncClient

    async def open(self, path: str) -> str:
        return self._outcome(await self._ask("GET", path))

    async def token(self) -> dict[str, str]:
        """What proves that a form is of this browser: its field, and the cookie of who has no session."""
        shown = await self._ask("GET", "/c")
        found = re.search(r'name="_csrf_token" value="(\w+)"', shown.text)
        assert found
        return {"field": found[1], "cookie": shown.cookies.get("csrf") or ""}

    async def send(self, path: str, token: dict[str, str]) -> str:
        """A form without entries."""
        answer = await self._ask("POST", path, f"; csrf={token['cookie']}", data={"_csrf_token": token["field"]})
        return self._outcome(answer)

    async def _ask(self, method: str, path: str, cookies: str = "", **request: Any) -> httpx.Response:
        self.http.cookies.clear()
        return await self.http.request(method, path, headers={"cookie": self.cookie + cookies}, **request)

    def _outcome(self, answer: httpx.Response) -> str:
        place = answer.headers.get("location", "")
        if 300 <= answer.status_code < 400:
            return TO_SIGN_IN if place == "/sign-in" or place.startswith("/sign-in?") else LED_ON
        found = {200: SHOWN, 204: SHOWN, 403: REFUSED, 404: NOT_FOUND}
        return found.get(answer.status_code, f"{answer.status_code}")


def expected(path: str, visitor: Visitor) -> str:
    person = visitor.person
    if path in OPEN:
        return SHOWN
    if path in ARRIVAL:
        return _on_arrival(path, person)
    if person is None and not path.startswith("/account"):
        return TO_SIGN_IN
    by_cookie = _by_the_cookie(path, person)
    gone = SHOWN if path in ASKS_NOTHING and visitor.role in GONE else None
    return by_cookie or gone or _by_the_backend(path, visitor.role)


def _on_arrival(path: str, person: Person | None) -> str:
    if path == "/sign-in/store":
        return TO_SIGN_IN if person is None else LED_ON if person.is_admin else SHOWN
    return LED_ON if person else SHOWN


def _by_the_cookie(path: str, person: Person | None) -> str | None:
    for each in BEFORE_THE_BACKEND:
        if person and person.is_admin == each.is_for_admins and f"{path}/".startswith(f"{each.below}/"):
            return each.outcome
    return LED_ON if path in LEADS_ON else None


def _by_the_backend(path: str, name: str) -> str:
    role = replace(ROLES[name], at_store=AT_THEIR_STORE.get(name, ROLES[name].at_store))
    verdict = role.verdict(REQUIRED[path])
    if path == "/office" and verdict == "forbidden" and role.of_merchant:
        return LED_ON
    is_foreign = name == "owner of another merchant" and re.search(r"\{\w+_id\}", path)
    is_elsewhere = name == "member of another store" and "{device_id}" in path
    if verdict == LET_IN:
        return NOT_FOUND if is_foreign or is_elsewhere else SHOWN
    return OUTCOMES.get(verdict, REFUSED)


async def visitor_of(cast: Cast, front: Litestar, number: int, role: str) -> Visitor:
    caller, person, cookie = cast.callers[role], None, ""
    if role not in NO_COOKIE:
        asked = cast.callers["owner"] if role in GONE else caller
        me = msgspec.json.decode((await asked.send("GET", "/auth/me")).content, type=UserView)
        hub, codes = cast.belongings.of_shop["store_code"], [store.code for store in me.stores]
        person = person_from(caller.token or "", me, hub if hub in codes else next(iter(codes), None))
        sealed = session_middleware(SETTINGS).kwargs["backend"].dump_data({KEY: msgspec.to_builtins(person)})
        names = ["session"] if len(sealed) == 1 else [f"session-{part}" for part in range(len(sealed))]
        cookie = "; ".join(f"{name}={part.decode()}" for name, part in zip(names, sealed, strict=True))
    # An address of their own, as limits are by address.
    transport = asgi_transport(front, raise_app_exceptions=False, client=(f"192.0.2.{number}", 4711))
    return Visitor(role, person, cookie, httpx.AsyncClient(transport=transport, base_url="http://orion.test"))


def address(path: str, cast: Cast, front: Litestar) -> str:
    asset = front.state.assets.url("img/mark.svg").removeprefix("/static/")
    values = cast.belongings.at(f"/api/v1{path}") | _names_on_pages(path, cast) | {"path": asset}
    query = "?waited=0" if path.endswith("/outcome") else "?code={card_code}" if path == "/admin/passes" else ""
    return re.sub(r"\{(\w+)\}", lambda name: values[name[1]], path + query)


def _names_on_pages(path: str, cast: Cast) -> Values:
    """Where a page calls a value by another name than the API."""
    of_shop, of_platform = cast.belongings.of_shop, cast.belongings.of_platform
    links = cast.belongings.of_links
    code = {"code": of_shop["merchant_code"]} if path.startswith("/admin/merchants/{code}") else {}
    tokens = {"/reset/{token}": links["/password-resets/"], "/invitation/{token}": links["/storefront/invitations/"]}
    tokens["/u/{token}"] = links["/email-choices/"]
    fixed = {"form_key": "0" * 32, "text_language": "en", "name": "414fd2.css"}
    return fixed | {"run_id": of_platform["id"], "key_id": of_shop["api_key_id"]} | code | tokens.get(path, {})


@pytest.mark.usefixtures("as_in_production")
@pytest.mark.slow
async def test_a_page_is_shown_to_those_who_may_read_it_and_to_nobody_else(
    front: Litestar,
    opened: OpenShop,
    anonymous: AnonymousCaller,
    superuser: asyncpg.Connection,
) -> None:
    cast = await gather_cast(opened, anonymous, superuser)
    wrong: dict[tuple[str, str], str] = {}
    for number, role in enumerate(VISITORS):
        visitor = await visitor_of(cast, front, number, role)
        async with visitor.http:
            for path in pages_of(front):
                found = await visitor.open(address(path, cast, front))
                if found != (told := expected(path, visitor)):
                    wrong[path, role] = f"{found}, not {told}"
    assert wrong == {}


@pytest.mark.usefixtures("as_in_production")
@pytest.mark.slow
async def test_a_form_without_entries_is_never_a_failure_and_nobodys_leads_to_the_sign_in(
    front: Litestar, opened: OpenShop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    cast = await gather_cast(opened, anonymous, superuser)
    wrong: dict[tuple[str, str], str] = {}
    forms = sorted(pages_of(front, "POST"), key=lambda path: path in ENDING)
    for visitor in [await visitor_of(cast, front, number, role) for number, role in enumerate(VISITORS)]:
        async with visitor.http:
            token = await visitor.token()
            for path in forms:
                found = await visitor.send(address(path, cast, front), token)
                is_taken = visitor.role == "nobody" and path.startswith(GUARDED) and found != TO_SIGN_IN
                if is_taken or found.startswith("5"):
                    wrong[path, visitor.role] = found
    assert wrong == {}
