from backend.loyalty.cards.schemas import CardLookup, CardMatches
from frontend.api.client import Caller


async def lookup_cards(caller: Caller, query: str) -> CardMatches:
    """At most five cards. No match is an empty list or the problem `card_not_found`."""
    return await caller.post("/store/loyalty/cards/lookup", CardLookup(query=query), CardMatches)
