"""Canned answers of a backend; the frontend's tests need its answers, not its rules."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

import httpx
import msgspec

from backend.loyalty.cards.schemas import CardView, NextExpiry, OwnCardView
from backend.loyalty.customers.schemas import CustomerView, HolderView
from backend.loyalty.enrollment.schemas import EnrolledCard, SelfEnrollView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.marketing.schemas import EmailChoices
from backend.loyalty.programs.schemas import PublicProgram, TermsView
from backend.loyalty.rewards.schemas import CardReward, RewardView
from backend.loyalty.till.schemas import CardPage, OwnBooking
from backend.merchants.schemas import StoreRef
from backend.wallets.schemas import AppleWallet, GoogleWallet, Wallets

View = TypeVar("View", bound=msgspec.Struct)
ID = UUID("0198c0de-0000-7000-8000-000000000001")
CODE = "BDFHKLNPRSTVXGCJ"
TOKEN = "bWFyaWUtY2FyZA-_"
PAGE_URL = f"http://127.0.0.1:8080/c/{TOKEN}"
CHOICES_URL = f"http://127.0.0.1:8080/u/{TOKEN}"
PICTURE = "a1" * 32
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""A PNG."""
STORES = [StoreRef(ID, "FASHIONHUB", "Fashion Hub"), StoreRef(ID, "FASHIONOUTLET", "Fashion Outlet")]
MOMENT = datetime(2026, 11, 20, 16, 58, tzinfo=UTC)

PROGRAM = PublicProgram(
    merchant_name="Fashion Group",
    store=STORES[0],
    type="hybrid",
    name="Fashion Club",
    card_name="Fashion Club",
    card_color="#0F5C4B",
    logo_url=None,
    terms=TermsView(1, "1", 0, 100, 50, 10, "Coffee", 120, 5),
    rewards=[
        RewardView(ID, "Tote bag", "", 100, None, None, None),
        RewardView(ID, "Linen scarf", "", 500, 12, None, None),
    ],
    terms_text="1. One card for each person.\n2. Points expire after two years.",
    terms_url=None,
    privacy_url="https://fashion.example/privacy",
    default_language="fr",
    store_language=None,
    merchant_language="fr",
    open_for_enrollment=True,
    terms_published_on=date(2026, 1, 1),
)


def changed(view: View, **changes: object) -> View:
    return msgspec.structs.replace(view, **changes)


def booking(kind: str, unit: str, amount: int, *, days_ago: int, **details: object) -> TransactionView:
    nothing = dict.fromkeys(
        ("user", "purchase_amount_cents", "order_reference", "reward", "reason", "voids_id", "undo_until", "on_behalf")
    )
    facts = {
        "id": ID,
        "seq": 1,
        "card_id": ID,
        "kind": kind,
        "unit": unit,
        "amount": amount,
        "points_balance": 460,
        "stamp_count": 6,
        "store": "FASHIONHUB",
        "customer": "Marie Weber",
        "occurred_at": MOMENT - timedelta(days=days_ago),
        "recorded_at": MOMENT,
        "quantity": None,
        "override": False,
        "returned_cents": 0,
        "returned_quantity": 0,
        "voided": False,
    }
    return msgspec.convert(facts | nothing | details, TransactionView)


CARD = CardView(
    id=ID,
    code=CODE,
    state="active",
    customer=CustomerView("Marie Weber", "fr", ID, "Marie", "Weber", "marie.weber@example.com", None, None),
    program_type="hybrid",
    card_name="Fashion Club",
    card_color="#0F5C4B",
    enrolled_store=STORES[0],
    enrolled_at=MOMENT,
    last_activity_at=MOMENT,
    points_balance=460,
    debt_points=0,
    stamp_count=6,
    stamps_target=10,
    held_points=0,
    held_stamps=0,
    holds=[],
    merged_into_id=None,
    merged_into_code=None,
    merged_cards=[],
    stamp_reward="Coffee",
    reward_ready=False,
    rewards=[
        CardReward(ID, "Tote bag", "", 100, None, None, None, True, 0, None),
        CardReward(ID, "Linen scarf", "", 500, 12, None, None, False, 40, None),
    ],
    next_stamp_available_at=None,
    remaining_stamps_today=5,
    next_expiry=NextExpiry(MOMENT + timedelta(days=40), 120),
    wallets=Wallets(),
    page_url=PAGE_URL,
    works_at=STORES,
)
BOOKINGS = [
    booking("earned", "points", 41, days_ago=0, purchase_amount_cents=4150),
    booking("earned", "stamps", 1, days_ago=2),
    booking("redeemed", "points", -100, days_ago=9, reward="Tote bag"),
    booking("earned", "points", 24, days_ago=12, purchase_amount_cents=2400, voided=True),
    booking("welcome_bonus", "points", 50, days_ago=30),
    booking("enrolled", "points", 0, days_ago=30),
]
BOTH_WALLETS = Wallets(
    GoogleWallet("https://wallet.example/save/1", "available"),
    AppleWallet("https://orion.example/passes/1", "available"),
)

SAVED = Wallets(
    GoogleWallet("https://wallet.example/save/1", "saved"), AppleWallet("https://orion.example/passes/1", "available")
)


def card_page(**changes: object) -> CardPage:
    shown = {field: getattr(CARD, field) for field in OwnCardView.__struct_fields__}
    card = OwnCardView(**shown | {"customer": HolderView("Marie Weber", "fr")} | changes)
    bookings = [msgspec.convert(each, OwnBooking, from_attributes=True) for each in BOOKINGS]
    return CardPage(
        "Fashion Group", "FASHIONHUB", card, bookings, "https://fashion.example/privacy", None, "fr", CHOICES_URL
    )


def joined() -> SelfEnrollView:
    return SelfEnrollView(False, EnrolledCard(ID, CODE, 50, PAGE_URL), STORES, mailed=True)


def known_already() -> SelfEnrollView:
    return SelfEnrollView(True, EnrolledCard(ID, None, None, None), STORES, mailed=True)


def found(view: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=msgspec.json.encode(view), headers={"Content-Type": "application/json"})


def refused(status: int, code: str, **facts: object) -> httpx.Response:
    problem = {"type": f"/problems/{code}", "title": code, "status": status, "detail": code, "instance": "/"}
    return httpx.Response(status, json=problem | {"code": code, "request_id": str(ID)} | facts)


STAMPS_ONLY = changed(
    PROGRAM,
    type="stamps",
    rewards=[],
    card_color="#FFD23F",
    terms=changed(PROGRAM.terms, welcome_bonus_points=0),
)
PROGRAMS = {
    "FASHIONHUB": found(PROGRAM),
    "PICTURES": found(changed(PROGRAM, rewards=[changed(PROGRAM.rewards[0], picture=PICTURE), PROGRAM.rewards[1]])),
    "AURORA": found(STAMPS_ONLY),
    "CLOSED": found(changed(PROGRAM, open_for_enrollment=False)),
    "BUSY": refused(429, "rate_limited", retry_after_seconds=40),
    "OFF": refused(403, "feature_disabled"),
}
CARDS = {
    TOKEN: found(card_page()),
    "wallets": found(card_page(wallets=BOTH_WALLETS)),
    "saved": found(card_page(wallets=SAVED)),
    "full": found(card_page(stamp_count=10, reward_ready=True, debt_points=30, card_color="#FFD23F")),
    "inactive": found(card_page(state="deactivated")),
    "pictures": found(card_page(rewards=[changed(CARD.rewards[0], picture=PICTURE), CARD.rewards[1]])),
    "expiring": found(card_page(next_expiry=NextExpiry(datetime(2026, 12, 31, 23, tzinfo=UTC), 120))),
}


def email_choices(request: httpx.Request, token: str) -> httpx.Response:
    if token == "BUSY":
        return refused(429, "rate_limited", retry_after_seconds=40)
    if token not in {TOKEN, "stopped", "never"}:
        return refused(404, "unsubscribe_link_invalid")
    accepts = json.loads(request.content)["accept_marketing"] if request.method == "PUT" else token == TOKEN
    if token == "never" and accepts:
        return refused(403, "consent_not_by_link")
    can_undo = not accepts and token != "never"
    return found(EmailChoices("Fashion Group", "#0F5C4B", accepts, can_undo, "fr", "de"))


def answer(request: httpx.Request) -> httpx.Response:
    """The usual answers. Other stores and tokens are in states that are harder to reach."""
    place, _, rest = request.url.path.removeprefix("/api/v1/storefront/loyalty/").partition("/")
    if place == "AWAY":
        raise httpx.ConnectError("no backend")
    if place == "cards":
        return CARDS.get(rest) or refused(404, "card_not_found")
    if place == "email-choices":
        return email_choices(request, rest)
    if place == "pictures":
        return httpx.Response(200, content=PIXEL, headers={"Content-Type": "image/png"})
    if place == "card-links":
        return httpx.Response(202)
    if rest == "enroll":
        is_known = json.loads(request.content)["email"].startswith("known")
        return found(known_already()) if is_known else found(joined(), 201)
    return PROGRAMS.get(place) or refused(404, "store_not_found")
