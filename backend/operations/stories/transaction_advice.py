"""What happens next to what followed from a booking. In English."""

from backend.operations.stories.queue_advice import NOTHING, next_of_queues
from backend.operations.stories.transaction_story import TransactionStory


def next_steps(story: TransactionStory) -> list[str]:
    """What happens by itself, or what to type; never empty."""
    passes = [f"Pass at {each.provider.capitalize()}: {each.next}" for each in story.passes if not each.is_synced_since]
    return [*next_of_queues(story.events, story.mails, story.deliveries), *passes] or [NOTHING]
