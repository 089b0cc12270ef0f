from uuid import UUID

from backend.loyalty.explanations.schemas import ExplanationView
from frontend.api.client import Caller


async def explain_card(caller: Caller, card_id: UUID) -> ExplanationView:
    """Explains the balance in sentences, in the user's language."""
    return await caller.get(f"/store/loyalty/cards/{card_id}/explanation", ExplanationView)
