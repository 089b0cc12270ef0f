from backend.loyalty.enrollment.schemas import Enroll, EnrollView
from frontend.api.client import Caller


async def enroll(caller: Caller, form: Enroll, *, key: str) -> EnrollView:
    """A customer who already has a card gets that card; this is not a refusal."""
    return await caller.post("/store/loyalty/cards/enroll", form, EnrollView, key=key)
