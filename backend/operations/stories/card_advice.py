"""What happens to a card next, and what an operator types. In English."""

from collections.abc import Iterator, Sequence

from backend.core.next_steps import in_utc
from backend.operations.stories.card_story import CardStory, StoryCard
from backend.operations.stories.expiry import ExpiryFailure
from backend.operations.stories.queue_advice import NOTHING, next_of_queues
from backend.operations.stories.stock import StoryLot


def next_steps(story: CardStory) -> list[str]:
    """What happens by itself, or what to type; never empty."""
    steps = [
        *_of_card(story.card),
        *_of_expiry(story.card, story.expiry_failure, story.lots),
        *next_of_queues(story.events, story.mails, story.deliveries),
        *_of_passes(story),
    ]
    return steps or [NOTHING]


def _of_card(card: StoryCard) -> Iterator[str]:
    if card.merged_into:
        yield f"Its story goes on: `orion explain card {card.merged_into}`."
    if card.frozen_at:
        yield (
            "No reward is redeemed from it while it is frozen. `orion ledger audit` says what is wrong; once that is "
            f'repaired: `orion ledger unfreeze {card.code} --reason "..."`.'
        )


def _of_expiry(card: StoryCard, failure: ExpiryFailure | None, lots: Sequence[StoryLot]) -> Iterator[str]:
    if card.expired_points and failure:
        yield (
            f"{card.expired_points} points have expired, and recording that failed at {in_utc(failure.failed_at)}: "
            f"{failure.reason} The next night tries it again. Once the cause is fixed, at once: "
            f"`{failure.retry_command}`."
        )
    elif card.expired_points:
        yield f"{card.expired_points} points have expired. The nightly run books it, or at once `orion points expire`."
    ends = [lot.expires_at for lot in lots if lot.unit == "points" and lot.expires_at]
    if ends:
        points = sum(lot.remaining for lot in lots if lot.unit == "points" and lot.expires_at == min(ends))
        yield f"{points} points expire by themselves at {in_utc(min(ends))}."


def _of_passes(story: CardStory) -> Iterator[str]:
    for each in story.passes:
        if not each.is_right or each.status == "failed":
            yield f"Pass at {each.provider.capitalize()}: {each.next}"
