"""How every `orion explain` prints a story, and the lines of what several stories contain."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import rich_click as click

from backend.core.next_steps import in_utc
from backend.messaging.story import StoryMail
from backend.operations.stories.bookings import StoryBooking
from backend.operations.stories.events import EventStory
from backend.webhooks.story import StoryDelivery

Line = tuple[str, str]
TimelineEntry = tuple[datetime, str]
"""When, and what happened."""


def print_lines(lines: Iterable[Line]) -> None:
    for name, value in lines:
        click.echo(f"{name:14} {value}")


def timeline(
    bookings: Iterable[StoryBooking],
    mails: Iterable[StoryMail],
    deliveries: Iterable[StoryDelivery],
    events: Iterable[EventStory],
) -> Iterator[Line]:
    """All of them in one order, oldest first."""
    entries = [*_of_bookings(bookings), *_of_mails(mails), *_of_deliveries(deliveries), *_of_events(events)]
    for at, text in sorted(entries, key=lambda entry: entry[0]):
        yield in_utc(at), text


def next_lines(steps: Iterable[str]) -> Iterator[Line]:
    for step in steps:
        yield "next", step


def _of_bookings(bookings: Iterable[StoryBooking]) -> Iterator[TimelineEntry]:
    for each in bookings:
        yield each.recorded_at, f"{each.kind} {each.id} · {' · '.join(_booking(each))}"


def _of_mails(mails: Iterable[StoryMail]) -> Iterator[TimelineEntry]:
    for mail in mails:
        yield mail.created_at, f"email {mail.id} · {mail.template} · {mail.status}"


def _of_deliveries(deliveries: Iterable[StoryDelivery]) -> Iterator[TimelineEntry]:
    for each in deliveries:
        yield each.created_at, f"webhook {each.id} · {each.type} · {each.state}, attempts: {each.attempts} · {each.url}"


def _of_events(events: Iterable[EventStory]) -> Iterator[TimelineEntry]:
    for event in events:
        yield event.occurred_at, f"event {event.id} · {event.name} · {_event(event)}"


def or_dash(value: Any) -> str:
    return "-" if value is None else str(value)


def _booking(booking: StoryBooking) -> Iterator[str]:
    yield f"{booking.amount:+} {booking.unit}"
    if booking.purchase_amount_cents is not None:
        yield f"{booking.purchase_amount_cents / 100:.2f} paid or returned"
    if booking.reward:
        yield f"{booking.quantity or 1} × {booking.reward}"
    where = [booking.store, booking.by, booking.device and f"tablet {booking.device}"]
    yield from filter(None, where)
    if booking.on_behalf:
        yield f"on behalf: {booking.on_behalf}"
    if booking.order_reference:
        yield f"receipt {booking.order_reference}"
    if booking.is_overridden:
        yield "a limit was overridden"
    if booking.takes_back:
        yield f"takes back {booking.takes_back}"
    for taker in booking.taken_back_by:
        yield f"taken back by {taker}"


def _event(event: EventStory) -> str:
    if event.state == "done":
        return "all reactions have run"
    state = "given up" if event.state == "given_up" else "waits"
    done = ", ".join(event.reactions_done) or "none"
    error = f" · {event.last_error}" if event.last_error else ""
    return f"{state}, attempts: {event.attempts}, reactions that have run: {done}{error}"
