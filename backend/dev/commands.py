"""The commands of `orion` that only a checkout has: `dev` and `seed`."""

import sys

import rich_click as click

from backend.cli.output import settings, with_services
from backend.dev import launcher
from backend.dev.seed import seed as seed_world
from backend.dev.servers.state_file import load_dev_environment

__all__ = ["dev", "load_dev_environment", "seed"]


@click.command()
def dev() -> None:
    """Everything up on embedded servers, seeded; Ctrl-C stops all."""
    sys.exit(launcher.run())


@click.command()
def seed() -> None:
    """Add the demo world, once; never in production."""
    if settings().is_production:
        sys.exit("`orion seed` adds people whose passwords everybody knows: ORION_ENVIRONMENT must not be production.")
    added = with_services(seed_world)
    click.echo(f"Added {', '.join(added)}." if added else "The demo world is there already.")
