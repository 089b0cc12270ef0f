from uuid import UUID

from backend.loyalty.explanations.schemas import ExplanationView
from frontend.api.client import Caller


async def explain_card(caller: Caller, card_id: UUID) -> ExplanationView:
    """Why the balance is what it is, in the reader's sentences."""
    return await caller.get(f"/store/loyalty/cards/{card_id}/explanation", ExplanationView)
