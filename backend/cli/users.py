"""`orion users`: people, their invitations and their accounts."""

import sys

import rich_click as click
import segno

from backend.cli.accounts import activate_user, deactivate_user, reset_user
from backend.cli.output import at_command_line, with_services
from backend.cli.people import invite_user, list_users
from backend.core.problems import Problem
from backend.services import Services
from backend.staff.actions import EmailImpossible, EmailTaken, create_admin
from backend.staff.passwords import LENGTH_MIN_WITH_FACTOR


@click.group()
def users() -> None:
    """People who sign in to work."""


users.add_command(list_users)
users.add_command(invite_user)
users.add_command(reset_user)
users.add_command(deactivate_user)
users.add_command(activate_user)


@users.command("create-admin")
@click.argument("email")
@click.option("--name", default="Administrator", show_default=True, help="The administrator's name.")
@click.password_option(help=f"At least {LENGTH_MIN_WITH_FACTOR} characters. Prompted for when left out.")
def create_admin_(email: str, name: str, password: str) -> None:
    """Create a super admin, and show the second factor as a QR code."""

    async def create(services: Services) -> str:
        async with services.sessions.committing() as session:
            origin = at_command_line()
            return await create_admin(session, services.key_ring, origin, email=email, name=name, password=password)

    try:
        address = with_services(create)
    except EmailTaken:
        sys.exit(f"Somebody signs in as {email} already.")
    except EmailImpossible:
        sys.exit(f"{email} is not an email address.")
    except Problem as problem:
        document = problem.as_dict(language="en", instance="", request_id="")
        sys.exit(f"{document['title']}. {document['detail']}")
    segno.make(address).terminal(compact=True)
    click.echo(f"{email} is a super admin. Scan this with an authenticator, or enter {address}")
