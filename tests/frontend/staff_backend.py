"""The store API of the fake backend: each test replaces the answers it is about and inspects the requests."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from backend.access.permissions import BY_ROLE
from backend.identity.schemas import MerchantRef, SignInView, StoreAccess, UserView
from backend.loyalty.cards.schemas import CardMatches
from backend.loyalty.categories.schemas import CategoryView
from backend.loyalty.enrollment.schemas import EnrollView
from backend.loyalty.ledger.schemas.bookings import EarnView, RedemptionView, StampView
from backend.loyalty.ledger.schemas.returns import VoidView
from backend.loyalty.programs.schemas import ProgramView
from backend.loyalty.till.schemas import TillView, Undo
from backend.merchants.schemas import PolicyView
from tests.frontend.canned import BOOKINGS, CARD, ID, MOMENT, PROGRAM, STORES, booking, changed, found

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]
CATEGORY = CategoryView(UUID(int=11), "Women")
SALE = booking("earned", "points", 41, days_ago=0, id=UUID(int=21), purchase_amount_cents=4150)
SECONDS_TO_UNDO = timedelta(seconds=20)
POLICY = PolicyView("optional", True, True, False, True, 2)
STAFF_PROGRAM = ProgramView(
    ID, "hybrid", "Fashion Club", "Fashion Club", "#0F5C4B", STORES[0], "EUR", "Europe/Luxembourg",
    PROGRAM.terms, PROGRAM.rewards, [CATEGORY], POLICY,
)  # fmt: skip
TILL = TillView(STAFF_PROGRAM, BOOKINGS[:3], None, None)
ANNA_AT_THE_HUB = StoreAccess(ID, "FASHIONHUB", "Fashion Hub", "Europe/Luxembourg", "LU", None, [])
OUTLET = StoreAccess(UUID(int=12), "FASHIONOUTLET", "Fashion Outlet", "Europe/Luxembourg", "LU", None, [])


def refused(status: int, code: str, **facts: object) -> httpx.Response:
    problem = {
        "type": f"/problems/{code}",
        "title": code,
        "status": status,
        "detail": f"Sentence of {code}.",
        "instance": "/",
        "code": code,
        "request_id": str(ID),
    }
    return httpx.Response(status, json=problem | facts)


def soon() -> datetime:
    return datetime.now(UTC) + SECONDS_TO_UNDO


def signed_in(*stores: StoreAccess) -> SignInView:
    user = UserView(
        ID, "anna@fashion.example", "Anna Kieffer", "store_member", None, [],
        MerchantRef(ID, "fashion", "Fashion", "fr"), list(stores or [ANNA_AT_THE_HUB]),
    )  # fmt: skip
    return SignInView("secret-token", datetime.now(UTC) + timedelta(hours=8), user, "proof")


def owner(*stores: StoreAccess) -> SignInView:
    user = UserView(
        ID, "owner@fashion.example", "Claire Fontaine", "merchant_owner", None, sorted(BY_ROLE["merchant_owner"]),
        MerchantRef(ID, "fashion-group", "Fashion Group", "fr"), list(stores),
    )  # fmt: skip
    return SignInView("secret-token", MOMENT, user, "proof")


def enrolled(*, already: bool) -> EnrollView:
    card = {field: getattr(CARD, field) for field in CARD.__struct_fields__}
    return EnrollView(**card, already_enrolled=already)


class StaffBackend:
    """A handler for `httpx.MockTransport`."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.till = changed(TILL, card=None)
        redeemed = booking("redeemed", "points", -100, days_ago=0, reward="Tote bag", id=UUID(int=22))
        stamped = booking("earned", "stamps", 1, days_ago=0, id=UUID(int=23))
        self.answers: dict[str, Answer] = {
            "POST /auth/sign-in": found(signed_in(), 201),
            "POST /auth/sign-out": httpx.Response(204),
            "POST /store/loyalty/cards/lookup": found(CardMatches([CARD])),
            "POST /store/loyalty/cards/enroll": found(enrolled(already=False), 201),
            "POST /store/loyalty/cards/*/points": found(EarnView(SALE, CARD, 41, soon()), 201),
            "POST /store/loyalty/cards/*/stamps": found(StampView(stamped, CARD, False, soon()), 201),
            "POST /store/loyalty/cards/*/redemptions": found(RedemptionView(redeemed, CARD, soon()), 201),
            "POST /store/loyalty/transactions/*/void": found(VoidView([], CARD), 201),
            "POST /store/loyalty/pins/verify": httpx.Response(204),
            "GET /store/loyalty/till": self._show_till,
            "GET /store/loyalty/transactions": httpx.Response(
                200, content=found(BOOKINGS).content.join([b'{"data":', b',"next_cursor":null,"has_more":false}'])
            ),
            "GET /idempotency/*": httpx.Response(200, json={"state": "booked"}),
            "GET /health/live": httpx.Response(200, json={}),
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path = request.url.path.removeprefix("/api/v1")
        answer = next((given for rule, given in self.answers.items() if _fits(rule, f"{request.method} {path}")), None)
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            return httpx.Response(404)
        return answer(request) if not isinstance(answer, httpx.Response) else answer

    def offers_undo(self) -> None:
        """Makes the last sale undoable for twenty seconds."""
        self.till = changed(self.till, recent=[SALE, *BOOKINGS[:2]], undo=Undo(SALE.id, soon()))

    def posts(self, path_end: str) -> list[httpx.Request]:
        return [request for request in self.asked if request.method == "POST" and request.url.path.endswith(path_end)]

    def body(self, path_end: str) -> dict[str, Any]:
        """The body of the last call whose path ends so."""
        body: dict[str, Any] = json.loads(self.posts(path_end)[-1].content)
        return body

    def _show_till(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params.get("card_id")
        card = self.till.card or CARD
        return found(changed(self.till, card=card if asked else None))


def _fits(rule: str, call: str) -> bool:
    return bool(re.fullmatch(re.escape(rule).replace(r"\*", "[^/]+"), call))


def admin(role: str = "super_admin", name: str = "Ada") -> SignInView:
    user = UserView(ID, f"{name.lower()}@orion.example", name, role, None, sorted(BY_ROLE[role]), None, [])
    return SignInView("secret-token", MOMENT, user, "proof")
