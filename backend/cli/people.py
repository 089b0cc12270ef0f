"""`orion users list` and `orion users invite`."""

import sys
from dataclasses import replace
from uuid import UUID

import msgspec
import rich_click as click

from backend.cli.output import as_json_too, at_command_line, find_merchant_id, print_json, with_services_or_refusal
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.origin import Origin
from backend.core.paging import LIMIT_MAX, Cursors
from backend.core.queue import SEND_MAILS, try_to_wake
from backend.identity.invitations.actions import invite_to_platform
from backend.identity.invitations.schemas import AdminInvitationDraft, InvitationView
from backend.identity.invitations.sender import Sender
from backend.identity.members.queries import list_members
from backend.identity.members.schemas import MemberDetail
from backend.identity.platform_users.queries import list_admins
from backend.identity.platform_users.schemas import PlatformUserView
from backend.services import Services
from i18n.locales import LANGUAGES

ADMIN_ROLES = ("platform_admin", "super_admin")


@click.command("list")
@click.option("--merchant", "merchant_code", metavar="CODE", help="Who works for this merchant.")
@as_json_too
def list_users(merchant_code: str | None, as_json: bool) -> None:
    """Administrators of the platform, or everybody who works for a merchant."""

    async def read(services: Services) -> list[PlatformUserView] | list[MemberDetail]:
        merchant_id = await find_merchant_id(services, merchant_code)
        if merchant_id is not None:
            return await _members(services.sessions, services.cursors, merchant_id)
        async with services.sessions.committing() as session:
            return (await list_admins(session)).users

    people = with_services_or_refusal(read)
    if as_json:
        print_json(msgspec.to_builtins(people))
        return
    for person in people:
        latest = f"{person.last_sign_in_at:%Y-%m-%d %H:%M} UTC" if person.last_sign_in_at else "no sign-in lately"
        click.echo(f"{person.email:40} {person.role:15} {latest:22} {person.name}")


@click.command("invite")
@click.argument("email")
@click.option("--role", type=click.Choice(ADMIN_ROLES), default="platform_admin", show_default=True)
@click.option("--name", help="For the greeting.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="en", show_default=True, help="Of the email.")
def invite_user(email: str, role: str, name: str | None, language: str) -> None:
    """Invite an administrator by email; the link works once, within 72 hours."""
    try:
        draft = msgspec.convert(
            {"email": email, "role": role, "name": name, "language": language}, AdminInvitationDraft
        )
    except msgspec.ValidationError:
        sys.exit(f"{email} is not an email address.")

    async def invite(services: Services) -> InvitationView:
        origin = replace(at_command_line(), language=language)
        async with services.sessions.committing() as session:
            invitation = await invite_to_platform(session, Sender.of(services), origin, draft)
        await try_to_wake(services.queue, SEND_MAILS)
        return invitation

    invitation = with_services_or_refusal(invite)
    click.echo(f"{email} is invited until {invitation.expires_at:%Y-%m-%d %H:%M} UTC.")


async def _members(sessions: Sessions, cursors: Cursors, merchant_id: UUID) -> list[MemberDetail]:
    """All pages."""
    origin, members, after = Origin.of_nobody(merchant_id, clock.now(), instance="cli"), list[MemberDetail](), None
    while True:
        async with sessions.committing(merchant_id) as session:
            page = await list_members(session, origin, cursors, text="", limit=LIMIT_MAX, after=after)
        members += page.data
        after = page.next_cursor
        if after is None:
            return members
