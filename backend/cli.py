"""The `orion` command. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done."""

import os
import sys
from pathlib import Path

import rich_click as click
import segno

from backend import dev as development
from backend.console import run_or_end, settings, with_services
from backend.core.clock import clock
from backend.core.database import open_pool
from backend.core.embedded.running import load_dev_environment
from backend.core.settings import Settings
from backend.core.startup import check_start
from backend.document_file import document_text
from backend.ledger_command import ledger, points
from backend.loyalty.wallets.opening import check_wallet_files
from backend.migrate_command import migrate
from backend.seed import seed as seed_world
from backend.services import Services
from backend.staff.actions import EmailImpossible, EmailTaken, create_admin
from backend.staff.passwords import PUBLISHED
from backend.wallets_command import wallets
from environment.places import check_place, serve
from i18n.cli import i18n

PASSWORD_LENGTH_MIN = 15


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def orion(context: click.Context) -> None:
    """Orion: loyalty for shops. Finds the running development servers by itself."""
    if context.invoked_subcommand != "dev":
        load_dev_environment()


@orion.command()
def dev() -> None:
    """Everything up on embedded servers, seeded; Ctrl-C stops all."""
    sys.exit(development.run())


def _become(module: str) -> None:
    os.execv(sys.executable, [sys.executable, "-m", module])  # noqa: S606 - our own interpreter


@orion.command()
def backend() -> None:
    """The JSON API at ORION_BACKEND_HOST and ORION_BACKEND_PORT."""
    given = settings()
    run_or_end(_check(given))
    serve("backend.app:create_app", given.backend_host, given.backend_port)


async def _check(given: Settings) -> None:
    check_wallet_files(given)
    check_place(given, "backend_host", "backend_port")
    await check_start(given)
    # Of what keeps them from opening, the server could show a traceback alone.
    await (await open_pool(given)).close()


@orion.command()
def frontend() -> None:
    """The pages at ORION_FRONTEND_HOST and ORION_FRONTEND_PORT; knows no database."""
    _become("frontend.main")


@orion.command()
def worker() -> None:
    """The background worker."""
    _become("workers.main")


@orion.command()
def seed() -> None:
    """Add the demo world, once; never in production."""
    if settings().is_production:
        sys.exit("`orion seed` adds people whose passwords everybody knows: ORION_ENVIRONMENT must not be production.")
    added = with_services(seed_world)
    click.echo(f"Added {', '.join(added)}." if added else "The demo world is there already.")


@orion.group()
def users() -> None:
    """People who sign in."""


@users.command("create-admin")
@click.argument("email")
@click.option("--name", default="Administrator", show_default=True)
@click.password_option(help="Asked for when not given; at least 15 characters.")
def create_admin_(email: str, name: str, password: str) -> None:
    """A super admin, with a second factor to scan."""
    if len(password) < PASSWORD_LENGTH_MIN:
        sys.exit(f"The password needs at least {PASSWORD_LENGTH_MIN} characters.")
    if settings().is_production and password in PUBLISHED:
        sys.exit("Everybody knows that password: choose another one.")

    async def act(services: Services) -> str:
        async with services.sessions.committing() as session:
            return await create_admin(
                session, services.key_ring, email=email, name=name, password=password, now=clock.now()
            )

    try:
        address = with_services(act)
    except EmailTaken:
        sys.exit(f"Somebody signs in as {email} already.")
    except EmailImpossible:
        sys.exit(f"{email} is not an email address.")
    segno.make(address).terminal(compact=True)
    click.echo(f"{email} is a super admin. Scan this with an authenticator, or enter {address}")


@orion.command()
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file instead of printing.")
def openapi(out: Path | None) -> None:
    """The API's OpenAPI document."""
    text = document_text()
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


orion.add_command(migrate)
orion.add_command(wallets)
orion.add_command(i18n)
orion.add_command(ledger)
orion.add_command(points)


def main() -> None:
    orion()


if __name__ == "__main__":
    main()
