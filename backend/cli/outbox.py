"""`orion outbox list` and `orion outbox release`: events that were given up."""

import sys
from collections.abc import Sequence
from uuid import UUID

import msgspec
import rich_click as click

from backend.cli.output import as_json_too, at_command_line, print_json, with_services_or_refusal
from backend.core.queue import RELAY, try_to_wake
from backend.operations.parked_events.actions import release_event, release_events
from backend.operations.parked_events.queries import list_parked
from backend.operations.parked_events.schemas import ParkedEvent
from backend.services import Services

SHOWN_MAX = 100
of_reaction = click.option("--reaction", metavar="NAME", help="Only events of which this reaction has failed.")


@click.group()
def outbox() -> None:
    """Events of which a reaction has failed so often that it is not tried any more."""


@outbox.command("list")
@of_reaction
@as_json_too
def list_(reaction: str | None, as_json: bool) -> None:
    """The first hundred of them, longest parked first, with the error and what the event says."""

    async def read(services: Services) -> tuple[Sequence[ParkedEvent], bool]:
        return await list_parked(services.sessions, reaction, after=None, limit=SHOWN_MAX)

    events, has_more = with_services_or_refusal(read)
    if as_json:
        print_json(msgspec.to_builtins(events))
        return
    for event in events:
        parked = f"{event.parked_at:%Y-%m-%d %H:%M} UTC, {event.attempts} attempts"
        click.echo(f"{event.id}  {event.event_name:24} {event.merchant_code:20} {parked}  {event.last_error}")
        click.echo(f"{'':38}{' '.join(f'{name}={value}' for name, value in event.payload.items())}")
    if has_more:
        click.echo("There are more.")
    if not events:
        click.echo("No event is parked.")


@outbox.command("release")
@click.argument("event_id", type=click.UUID, required=False)
@of_reaction
@click.option("--all", "everything", is_flag=True, help="All of them.")
def release(event_id: UUID | None, reaction: str | None, everything: bool) -> None:
    """Try again what has failed, once its cause is fixed: one event, all of one reaction, or all."""
    if [event_id is not None, reaction is not None, everything].count(True) != 1:
        raise click.UsageError("Name an event, --reaction, or --all.")

    async def act(services: Services) -> int:
        origin, count = at_command_line(), 1
        if event_id is not None:
            await release_event(services.sessions, origin, event_id)
        else:
            count = await release_events(services.sessions, origin, reaction)
        await try_to_wake(services.queue, RELAY)
        return count

    count = with_services_or_refusal(act)
    if not count:
        sys.exit("No such event is parked.")
    click.echo(f"Released: {count}. `orion outbox list` shows within minutes whether it fails again.")
