from uuid import UUID

from backend.core.schemas import Answer


class RewardView(Answer):
    """A reward of the program, in the reader's language."""

    id: UUID
    name: str
    description: str
    points_required: int
    stock: int | None
    limit_per_card: int | None


class CardReward(RewardView):
    """A reward as this card sees it."""

    redeemable: bool
    """The card could redeem it at this store now."""
    missing_points: int
    """Points still to earn, with what is owed; 0 when the balance suffices."""
    refusal: str | None
    """Why not, apart from the points: out_of_stock | reward_limit_reached | other_store | None"""
