from backend.loyalty.enrollment.schemas import Enroll, EnrollView
from frontend.api.client import Caller


async def enroll(caller: Caller, form: Enroll, *, key: str) -> EnrollView:
    """A customer who is known already is answered with the card they have, never refused."""
    return await caller.post("/store/loyalty/cards/enroll", form, EnrollView, key=key)
