"""The functions of the till whose cost is compared."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

from backend.core.clock import clock
from backend.core.idempotency import key_for
from backend.core.origin import Origin
from backend.loyalty.customers.rules import search_words
from backend.loyalty.ledger.booking.request import BookingRequest
from backend.loyalty.ledger.history import list_transactions
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.queries import get_state, list_states
from backend.loyalty.ledger.schemas.bookings import Earn
from backend.loyalty.ledger.views import Show
from backend.services import Services
from benchmarks.data import CARD, CATEGORY, MERCHANT, STORE, USER, code_of, id_of
from benchmarks.growth_cards import merchant_of, name_of, store_of

PAGE = 20
Ask = Callable[[Services, int], Awaitable[object]]
"""An operation on the card with this number."""


def _origin(card: int) -> Origin:
    merchant, store = merchant_of(card), store_of(card)
    return Origin(
        merchant_id=id_of(MERCHANT, merchant),
        store_id=id_of(STORE, store),
        user_id=id_of(USER, store),
        user_name="Till User",
        language="fr",
        now=clock.now(),
        instance="",
        request_id="",
    )


async def _earn(services: Services, card: int) -> None:
    card_id = id_of(CARD, card)
    body = Earn(purchase_amount_cents=2500, category_ids=[id_of(CATEGORY, store_of(card))])
    request = BookingRequest(_origin(card), key_for(str(uuid4()), "", body), card_id=card_id)
    reply = await services.ledger.book(EarnPoints(body), request)
    assert reply.status == 201, reply.body


async def _card_view(services: Services, card: int) -> None:
    origin = _origin(card)
    Show(services.links, "fr", origin.now).card(await get_state(services.pool, origin, id_of(CARD, card)))


async def _by_code(services: Services, card: int) -> None:
    (state,) = await list_states(services.pool, _origin(card), code=code_of(card))
    assert state.card.id == id_of(CARD, card)


async def _by_email(services: Services, card: int) -> None:
    (state,) = await list_states(services.pool, _origin(card), email=f"c{card}@grown.example")
    assert state.card.id == id_of(CARD, card)


async def _by_name(services: Services, card: int) -> None:
    words = search_words(" ".join(name_of(card)))
    assert await list_states(services.pool, _origin(card), words=words)


async def _history(services: Services, card: int) -> None:
    assert await list_transactions(services.pool, _origin(card).merchant_id, card_id=id_of(CARD, card), limit=PAGE)


async def _bookings(services: Services, card: int) -> None:
    origin = _origin(card)
    store_id = id_of(STORE, merchant_of(card))
    assert await list_transactions(services.pool, origin.merchant_id, store_id=store_id, limit=PAGE)


MEASURED: dict[str, Ask] = {
    "earn": _earn,
    "lookup by code": _by_code,
    "lookup by email": _by_email,
    "lookup by name": _by_name,
    "card view": _card_view,
    "history page": _history,
    "bookings page of a store": _bookings,
}
