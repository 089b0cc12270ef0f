"""What happens next to events, emails and webhooks. In English."""

from collections.abc import Iterator, Sequence

from backend.messaging.story import StoryMail
from backend.operations.stories.events import EventStory
from backend.webhooks.story import StoryDelivery

MAIL_IS_OPEN = ("queued", "sending", "failed", "unknown")
NOTHING = "Nothing: all that followed has been done."


def next_of_queues(
    events: Sequence[EventStory], mails: Sequence[StoryMail], deliveries: Sequence[StoryDelivery]
) -> Iterator[str]:
    """Of those that are not done."""
    for event in events:
        if event.state != "done":
            yield f"Event {event.name} {event.id}: {event.next}"
    for mail in mails:
        if mail.status in MAIL_IS_OPEN:
            yield f"Email {mail.template} is {mail.status}: `orion explain mail {mail.id}`."
    for delivery in deliveries:
        if delivery.state != "delivered":
            yield f"Webhook {delivery.type} is {delivery.state}: `orion explain webhook {delivery.id}`."
