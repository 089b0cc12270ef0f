from uuid import UUID

from backend.loyalty.cards.schemas import CardLookup, CardMatches
from backend.loyalty.customers.schemas import ListedCustomer, TestMark
from frontend.api.client import Caller


async def lookup_cards(caller: Caller, query: str) -> CardMatches:
    """At most five cards. No match is an empty list or the problem `card_not_found`."""
    return await caller.post("/store/loyalty/cards/lookup", CardLookup(query=query), CardMatches)


async def mark_test_customer(caller: Caller, customer_id: UUID, *, is_test: bool) -> None:
    path = f"/merchant/loyalty/customers/{customer_id}/test-mark"
    await caller.put(path, TestMark(is_test=is_test), ListedCustomer)
