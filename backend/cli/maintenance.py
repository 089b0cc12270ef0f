"""`orion maintenance`: for a while everything can be seen and nothing changed."""

from datetime import timedelta

import rich_click as click

from backend.cli.output import with_services
from backend.cli.settings import change, reason_too
from backend.core.clock import clock
from backend.core.platform_settings import MaintenanceSettings
from backend.services import Services

SAYS = {
    "off": "Everything works.",
    "announced": "Pages say that maintenance will begin; everything works.",
    "read_only": "Everything can be seen, and nothing changed or booked.",
}


@click.group()
def maintenance() -> None:
    """Make Orion read-only for a while. In force within two seconds; tills say when they may book again."""


@maintenance.command("on")
@click.option("--minutes", type=click.IntRange(1, 1440), help="How long it is expected to take; tills show the end.")
@click.option("--announce", is_flag=True, help="Only say that it will begin; everything still works.")
@reason_too
def on(minutes: int | None, announce: bool, reason: str | None) -> None:
    """Refuse what changes something, with `maintenance` (503). Nothing is lost: a till keeps what was entered."""
    end = (clock.now() + timedelta(minutes=minutes)).isoformat() if minutes else None
    change({"maintenance_mode": "announced" if announce else "read_only", "maintenance_until": end}, reason)
    _say()


@maintenance.command("off")
@reason_too
def off(reason: str | None) -> None:
    """Everything works again."""
    change({"maintenance_mode": None, "maintenance_until": None}, reason)
    _say()


@maintenance.command("status")
def status() -> None:
    """What is in force."""
    _say()


def _say() -> None:
    async def read(services: Services) -> MaintenanceSettings:
        return services.live.current.maintenance

    settings = with_services(read)
    until = f" Until {settings.maintenance_until}." if settings.maintenance_until else ""
    click.echo(SAYS[settings.maintenance_mode] + until)
