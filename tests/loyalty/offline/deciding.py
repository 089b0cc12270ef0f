"""A person looks at what waits, and decides."""

from dataclasses import replace
from uuid import UUID

from backend.core.clock import clock
from backend.devices.queries import Stores
from backend.loyalty.offline.review.actions import Review
from backend.loyalty.offline.review.queries import ReviewPage, list_review
from backend.loyalty.offline.review.rights import ReviewRights
from backend.loyalty.offline.schemas.review import ReviewDecision, ReviewItem, ReviewList, ReviewOutcome
from tests.world.shop import Shop


async def review_of(
    shop: Shop, stores: Stores = None, limit: int = 50, after: str | None = None, *, cards: Stores = None
) -> ReviewList:
    rights = ReviewRights(stores, cards)
    origin = shop.origin(shop.hub, clock.now())
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        return await list_review(session, origin, ReviewPage(rights, limit, after), shop.services.cursors)


async def decide(
    shop: Shop,
    item: ReviewItem | UUID,
    decision: str,
    *,
    reason: str = "Checked",
    override: bool = False,
    may_override: bool = True,
    rights: ReviewRights | None = None,
) -> ReviewOutcome:
    """By the owner, or somebody with these rights."""
    origin = replace(
        shop.origin(shop.hub, clock.now()), store_id=None, user_id=shop.user_ids["claire"], user_name="Claire"
    )
    body = ReviewDecision(decision=decision, reason=reason, override=override)  # type: ignore[arg-type]
    review = Review(shop.services.enrollment, origin, rights or ReviewRights(may_override=may_override))
    return await review.decide(item if isinstance(item, UUID) else item.id, body)
