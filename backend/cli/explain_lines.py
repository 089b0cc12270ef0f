"""Lines of the stories that tell of several things."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import rich_click as click

from backend.messaging.story import StoryMail
from backend.operations.stories.bookings import StoryBooking
from backend.operations.stories.events import EventStory
from backend.webhooks.story import StoryDelivery

Line = tuple[str, str]
Happening = tuple[datetime, str]
"""When, and what happened."""


def print_lines(lines: Iterable[Line]) -> None:
    for name, value in lines:
        click.echo(f"{name:14} {value}")


def timeline(moments: Iterable[Happening]) -> Iterator[Line]:
    """Oldest first."""
    for at, told in sorted(moments, key=lambda happening: happening[0]):
        yield moment(at), told


def booking_moments(bookings: Iterable[StoryBooking]) -> Iterator[Happening]:
    for each in bookings:
        yield each.recorded_at, f"{each.kind} {each.id} · {' · '.join(_booking(each))}"


def mail_moments(mails: Iterable[StoryMail]) -> Iterator[Happening]:
    for mail in mails:
        yield mail.created_at, f"email {mail.id} · {mail.template} · {mail.status}"


def delivery_moments(deliveries: Iterable[StoryDelivery]) -> Iterator[Happening]:
    for each in deliveries:
        yield each.created_at, f"webhook {each.id} · {each.type} · {each.state}, attempts: {each.attempts} · {each.url}"


def event_moments(events: Iterable[EventStory]) -> Iterator[Happening]:
    for event in events:
        yield event.occurred_at, f"event {event.id} · {event.name} · {_event(event)}"


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


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
