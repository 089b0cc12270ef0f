"""The commands of `orion` that only a checkout has: `dev`, `translate`, `psql` and `seed`."""

import os
import sys

import rich_click as click

from backend.cli.output import settings, with_services
from backend.core.settings import Settings
from backend.dev import launcher
from backend.dev.banner import FOR_TRANSLATORS
from backend.dev.seed import seed as seed_world
from backend.dev.servers.identity import program
from backend.dev.servers.postgres import SUPERUSER, EmbeddedPostgres
from i18n.dev.editor import EDITOR, EDITOR_LINK


@click.command()
def dev() -> None:
    """Run all of Orion on embedded servers with the demo world. Ctrl-C stops it."""
    sys.exit(launcher.run())


@click.command()
@click.option(
    "--editor", default=EDITOR_LINK, show_default=True, help="How a link opens your editor: with {path} and {line}."
)
def translate(editor: str) -> None:
    """Like `dev`, and says how to look up the sentences of a page. Ctrl-C stops it."""
    os.environ[EDITOR] = editor
    sys.exit(launcher.run(hints=FOR_TRANSLATORS))


@click.command()
def psql() -> None:
    """Open psql on the development database.

    On the embedded server as the superuser, who sees the rows of every merchant; on your own server as the owner, who
    sees only those of the merchant in `app.merchant_id`.
    """
    given = settings()
    if not given.migration_url:
        sys.exit("No database is named and none is running: start `make run` first.")
    command = str(program("psql"))
    os.execv(command, [command, _psql_url(given)])  # noqa: S606 - no shell is wanted


def _psql_url(given: Settings) -> str:
    server = EmbeddedPostgres(given.data_dir / "postgres")
    return server.url(SUPERUSER) if given.migration_url == server.owner_url else given.migration_url


@click.command()
def seed() -> None:
    """Add the demo world, once. Refused in production."""
    if settings().is_production:
        sys.exit("`orion seed` adds people whose passwords everybody knows: ORION_ENVIRONMENT must not be production.")
    added = with_services(seed_world)
    click.echo(f"Added {', '.join(added)}." if added else "The demo world is there already.")
