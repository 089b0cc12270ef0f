"""`orion migrate`: changes the database schema, connected as the database's owner."""

import json
import sys
from collections.abc import Callable

import rich_click as click

from backend.cli.output import as_json_too, run_or_end, settings
from backend.core import migrations
from backend.core.settings import SettingsError, required
from backend.core.startup import StartRefused


def _owner_url() -> str:
    loaded = settings()
    try:
        required(loaded, *([] if loaded.database_owner_url else ["database_url"]))
    except SettingsError as error:
        sys.exit(str(error))
    return loaded.migration_url


def _change(change: Callable[..., None], *arguments: str) -> None:
    try:
        change(*arguments)
    except (SettingsError, StartRefused) as error:
        sys.exit(str(error))


@click.group()
def migrate() -> None:
    """Change the database's schema."""


@migrate.command()
def up() -> None:
    """Migrate to the newest revision."""
    _change(migrations.upgrade, _owner_url())


@migrate.command(context_settings={"ignore_unknown_options": True})
@click.argument("revision")
def down(revision: str) -> None:
    """Migrate down to REVISION: an id, `-1` for one step, or `base` for an empty schema."""
    _change(migrations.downgrade, _owner_url(), revision)


@migrate.command()
@as_json_too
def status(as_json: bool) -> None:
    """Show the revision of the database. Exit 1 when it is not the newest."""
    revisions = run_or_end(migrations.status(_owner_url()))
    click.echo(json.dumps(revisions) if as_json else f"at {revisions['current']}, newest is {revisions['head']}")
    sys.exit(0 if revisions["at_head"] else 1)
