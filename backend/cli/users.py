"""`orion users`: creates, lists and invites administrators."""

import sys

import rich_click as click
import segno

from backend.cli.output import settings, with_services
from backend.cli.people import invite_user, list_users
from backend.core.clock import clock
from backend.services import Services
from backend.staff.actions import EmailImpossible, EmailTaken, create_admin
from backend.staff.passwords import PUBLISHED

PASSWORD_LENGTH_MIN = 15


@click.group()
def users() -> None:
    """People who sign in to work."""


users.add_command(list_users)
users.add_command(invite_user)


@users.command("create-admin")
@click.argument("email")
@click.option("--name", default="Administrator", show_default=True, help="The administrator's name.")
@click.password_option(help="At least 15 characters. Prompted for when left out.")
def create_admin_(email: str, name: str, password: str) -> None:
    """Create a super admin, and show the second factor as a QR code."""
    if len(password) < PASSWORD_LENGTH_MIN:
        sys.exit(f"The password needs at least {PASSWORD_LENGTH_MIN} characters.")
    if settings().is_production and password in PUBLISHED:
        sys.exit("Everybody knows that password: choose another one.")

    async def create(services: Services) -> str:
        async with services.sessions.committing() as session:
            return await create_admin(
                session, services.key_ring, email=email, name=name, password=password, now=clock.now()
            )

    try:
        address = with_services(create)
    except EmailTaken:
        sys.exit(f"Somebody signs in as {email} already.")
    except EmailImpossible:
        sys.exit(f"{email} is not an email address.")
    segno.make(address).terminal(compact=True)
    click.echo(f"{email} is a super admin. Scan this with an authenticator, or enter {address}")
