"""`orion explain webhook`: what became of one event on its way to its endpoints."""

import sys
from collections.abc import Iterator
from uuid import UUID

import rich_click as click
from msgspec import to_builtins

from backend.cli.explain_lines import Line, print_lines
from backend.cli.output import as_json_too, print_json, with_services
from backend.core.clock import clock
from backend.core.next_steps import in_utc
from backend.services import Services
from backend.webhooks.overview import endpoint_state
from backend.webhooks.schemas import WebhookAttempt
from backend.webhooks.story import WebhookStory, read_webhook_stories

UNKNOWN = "There is no such delivery: no endpoint had chosen this kind of event, or it is no longer kept."


@click.command("webhook")
@click.argument("named", metavar="ID", type=click.UUID)
@as_json_too
def explain_webhook(named: UUID, as_json: bool) -> None:
    """Tell the story of one webhook: the event, the endpoint, each attempt and its answer, and what happens next.

    ID: the last part of its address at /office/api/webhooks/deliveries, the `webhook-id` that the endpoint got,
    or the id of the transaction that it tells of.
    """
    stories = with_services(lambda services: _read(services, named))
    if not stories:
        sys.exit(UNKNOWN)
    if as_json:
        print_json(to_builtins(stories))
        return
    for position, story in enumerate(stories):
        if position:
            click.echo()
        print_lines(_lines(story))


async def _read(services: Services, named: UUID) -> list[WebhookStory]:
    return await read_webhook_stories(services.sessions, named, clock.now())


def _lines(story: WebhookStory) -> Iterator[Line]:
    delivery = story.delivery
    yield "event", f"{delivery.type}, {delivery.event_id}"
    yield "why", story.occasion
    yield "about", ", ".join(f"{name} {value}" for name, value in delivery.event["data"].items())
    yield "merchant", story.merchant
    yield "endpoint", f"{story.endpoint.url}, {story.endpoint.id}, {endpoint_state(story.endpoint)}"
    yield "queued", in_utc(delivery.created_at)
    for attempt in delivery.history:
        yield in_utc(attempt.at), _attempt(attempt)
    yield "state", f"{delivery.state}, attempts: {delivery.attempts}"
    yield "next", story.next


def _attempt(attempt: WebhookAttempt) -> str:
    status = str(attempt.status) if attempt.status is not None else None
    took = f"{attempt.ms} ms" if attempt.ms is not None else None
    return " · ".join(part for part in (attempt.outcome, status, took, attempt.problem, attempt.answer) if part)
