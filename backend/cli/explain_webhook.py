"""`orion explain webhook`: what became of one event on its way to an endpoint."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import rich_click as click

from backend.cli.output import as_json_too, print_json, with_services_or_refusal
from backend.core.clock import clock
from backend.identity.stories.advice import moment
from backend.webhooks.schemas import WebhookAttempt, WebhookEndpointDetail
from backend.webhooks.story import WebhookStory, read_webhook_story


@click.command("webhook")
@click.argument("delivery_id", metavar="ID", type=click.UUID)
@as_json_too
def explain_webhook(delivery_id: UUID, as_json: bool) -> None:
    """Tell the story of one webhook: the event, the endpoint, each attempt and its answer, and what happens next.

    The ID is the last part of its address at /office/api/webhooks/deliveries.
    """
    story = with_services_or_refusal(lambda services: read_webhook_story(services.sessions, delivery_id, clock.now()))
    if as_json:
        print_json(story.facts())
        return
    for name, value in _lines(story):
        click.echo(f"{name:12} {value}")


def _lines(story: WebhookStory) -> Iterator[tuple[str, str]]:
    delivery = story.delivery
    yield "event", f"{delivery.type}, {delivery.event_id}"
    yield "why", story.occasion
    yield "about", ", ".join(f"{name} {value}" for name, value in delivery.event["data"].items())
    yield "merchant", story.merchant
    yield "endpoint", f"{story.endpoint.url}, {story.endpoint.id}, {_state(story.endpoint)}"
    yield "queued", _time(delivery.created_at)
    for attempt in delivery.history:
        yield _time(attempt.at), _attempt(attempt)
    yield "state", f"{delivery.state}, {delivery.attempts} attempts"
    yield "next", story.next


def _state(endpoint: WebhookEndpointDetail) -> str:
    if endpoint.disabled_because is not None:
        return f"disabled ({endpoint.disabled_because})"
    if not endpoint.is_active:
        return "paused by the merchant"
    return f"failing since {moment(endpoint.failing_since)}" if endpoint.failing_since else "active"


def _attempt(attempt: WebhookAttempt) -> str:
    status = str(attempt.status) if attempt.status is not None else None
    took = f"{attempt.ms} ms" if attempt.ms is not None else None
    return " · ".join(part for part in (attempt.outcome, status, took, attempt.problem, attempt.answer) if part)


def _time(at: datetime) -> str:
    return f"{at:%m-%d %H:%M:%S}"
