"""The signed-in user, as stored in the session cookie."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.identity.schemas import SessionView, UserView
from frontend.kit.request import Request

KEY = "person"
OWN = "own_person"
"""An administrator as themself, while they act on behalf of a merchant."""
OFFICE, ADMIN, TILL, PROFILE = "/office", "/admin", "/till", "/profile"
HOMES = {"merchant_owner": OFFICE, "platform_admin": ADMIN, "super_admin": ADMIN}
CHOICE_OF_STORE = "/sign-in/store"


class Store(msgspec.Struct, frozen=True):
    id: UUID
    code: str
    name: str
    language: str | None


class Workplace(msgspec.Struct, frozen=True):
    """A merchant for whom the user works."""

    code: str
    name: str


class Person(msgspec.Struct, frozen=True):
    token: str
    name: str
    email: str
    role: str
    permissions: list[str]
    """At one of the stores at least; the backend decides what is allowed where."""
    language: str | None
    merchant_name: str | None
    """None for administrators of the platform."""
    merchant_language: str | None
    stores: list[Store]
    store_code: str | None
    """The store where the user works at present."""
    merchant_code: str | None
    merchants: list[Workplace]
    """All for whom the user works."""
    on_behalf_until: datetime | None = None
    """An administrator acts for the merchant, until then at the latest."""
    user_id: UUID | None = None
    is_by_pin: bool = False
    """They took over the till with their PIN, and have nothing but the till."""
    lacks_second_factor: bool = False
    """The session opens nothing but the pages where one is set up."""
    is_test: bool = False
    """The merchant is for trying out."""

    @property
    def store(self) -> Store | None:
        return next((store for store in self.stores if store.code == self.store_code), None)

    @property
    def home(self) -> str:
        """The start page of the role."""
        if self.is_by_pin:
            return TILL
        return PROFILE if self.lacks_second_factor else HOMES.get(self.role, TILL)

    @property
    def is_admin(self) -> bool:
        """Administrators of the platform have no till."""
        return HOMES.get(self.role) == ADMIN

    @property
    def minutes_left(self) -> int:
        """Of acting on behalf of the merchant; 0 when it is over."""
        left = self.on_behalf_until - datetime.now(UTC) if self.on_behalf_until else timedelta()
        return max(0, math.ceil(left / timedelta(minutes=1)))

    @property
    def till_path(self) -> str | None:
        """The way to the till: by the choice of a store when there are several. None without a store."""
        if not self.stores or self.on_behalf_until:
            return None
        return TILL if len(self.stores) == 1 else CHOICE_OF_STORE


def person_of(sign_in: SessionView) -> Person:
    return person_from(sign_in.token, sign_in.user)


def person_from(token: str, user: UserView, store_code: str | None = None) -> Person:
    """A user with a single store has no store to choose. `store_code`: the one they have chosen before."""
    stores = [Store(id=store.id, code=store.code, name=store.name, language=store.language) for store in user.stores]
    codes = [store.code for store in stores]
    chosen = codes[0] if len(codes) == 1 else store_code
    return Person(
        token=token,
        name=user.name or user.email,
        email=user.email,
        role=user.role,
        permissions=user.permissions,
        language=user.language,
        merchant_name=user.merchant.name if user.merchant else None,
        merchant_language=user.merchant.language if user.merchant else None,
        stores=stores,
        store_code=chosen if chosen in codes else None,
        merchant_code=user.merchant.code if user.merchant else None,
        merchants=[Workplace(merchant.code, merchant.name) for merchant in user.merchants],
        on_behalf_until=user.on_behalf.ends_at if user.on_behalf else None,
        user_id=user.id,
        is_by_pin=user.session_kind == "pin",
        lacks_second_factor=user.lacks_second_factor,
        is_test=bool(user.merchant and user.merchant.is_test),
    )


def find_person(request: Request) -> Person | None:
    """None without a session, and for a cookie of an older format."""
    return _person_at(request, KEY)


def remember_person(request: Request, person: Person) -> None:
    """Begins a session: nothing is kept of the one before, and the forms of its pages are refused from now on.

    Every new token of the backend comes here: after a sign-in and after each change of rights.
    """
    _begin(request, person)


def renew_person(request: Request, session: SessionView) -> None:
    """The same user with a new token. The store stays, and what else the session has, such as the lock of the till."""
    before, person = find_person(request), person_of(session)
    rest = {name: value for name, value in request.session.items() if name not in {KEY, OWN}}
    _begin(request, msgspec.structs.replace(person, store_code=before.store_code if before else None), rest)


def act_on_behalf(request: Request, acting: Person) -> None:
    """The administrator's own session waits in the cookie."""
    _begin(request, acting, {OWN: msgspec.to_builtins(find_person(request))})


def be_oneself(request: Request) -> None:
    """Back from acting for a merchant. Without a session of one's own nobody is signed in."""
    own = _person_at(request, OWN)
    if own is None:
        forget_person(request)
    else:
        _begin(request, own)


def update_person(request: Request, person: Person) -> None:
    """The same session with other values. What else it has stays, such as the lock of the till."""
    before = find_person(request)
    assert before is None or before.token == person.token, "another token begins another session"
    request.session[KEY] = msgspec.to_builtins(person)


def choose_store(request: Request, person: Person, store_code: str) -> None:
    """Ignores codes of stores that the user does not have."""
    if any(store.code == store_code for store in person.stores):
        update_person(request, msgspec.structs.replace(person, store_code=store_code))


def forget_person(request: Request) -> None:
    request.clear_session()


def _begin(request: Request, person: Person, rest: dict[str, Any] | None = None) -> None:
    """The only place where the cookie gets another token."""
    request.set_session({KEY: msgspec.to_builtins(person)} | (rest or {}))


def _person_at(request: Request, key: str) -> Person | None:
    session = request.scope.get("session")
    try:
        return msgspec.convert(session.get(key), Person) if isinstance(session, dict) else None
    except msgspec.ValidationError:
        return None
