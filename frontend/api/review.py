"""What tablets did offline and somebody has to decide."""

from uuid import UUID

from backend.loyalty.offline.schemas.review import ReviewDecision, ReviewList, ReviewOutcome
from frontend.api.client import Caller

REVIEW = "/merchant/devices/review"


async def list_review(caller: Caller, *, limit: int = 50, after: str | None = None) -> ReviewList:
    return await caller.get(REVIEW, ReviewList, limit=limit, after=after)


async def decide_review(caller: Caller, review_id: UUID, decision: ReviewDecision) -> ReviewOutcome:
    return await caller.post(f"{REVIEW}/{review_id}/decide", decision, ReviewOutcome)
