"""`orion users reset`, `deactivate` and `activate`: what only an operator does with somebody's account."""

import sys

import rich_click as click
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import Fields
from backend.cli.output import operator, with_services, with_services_or_refusal
from backend.core.addresses import normalize_email
from backend.core.clock import clock
from backend.core.origin import PlatformOrigin
from backend.core.queue import SEND_MAILS, try_to_wake
from backend.identity.factors.actions import forget_factors
from backend.identity.invitations.actions import withdraw_sent_by
from backend.identity.own_changes import AccountChange, record_account_change
from backend.identity.passwords.requests import PAGE, make_reset_link, send_reset_link
from backend.identity.platform_users.actions import remove_admin
from backend.identity.sessions.actions import end_sessions
from backend.services import Services
from backend.staff.models import User
from i18n.locales import negotiate

LANGUAGE = "en"
NO_PASSWORD = ""
"""No password is verified against it: without a second factor the former one alone would sign in."""


class NoSuchUser(Exception):
    """Nobody has an account with this email in the state that the command asks for."""


@click.command("reset")
@click.argument("email")
@click.option("--show-link", is_flag=True, help="Print the link instead of sending it, when email is down.")
def reset_user(email: str, show_link: bool) -> None:
    """Take password and second factor away, end all sessions, and email a link for a new password."""

    async def reset(services: Services) -> str | None:
        now = clock.now()
        async with services.sessions.committing() as session:
            user = await _lock(session, email, is_active=True)
            user.password_hash = NO_PASSWORD
            await forget_factors(session, user)
            ended = await end_sessions(session, user.id, now)
            token = await make_reset_link(session, user, now) if show_link else None
            if token is None:
                await send_reset_link(session, services, user, negotiate(None, person=user.language), now)
            facts = {"sessions_ended": ended, "authenticator": False}
            await _record(session, services, user, "account.factors_reset", facts)
        await try_to_wake(services.queue, SEND_MAILS)
        return token and f"{services.settings.public_url}{PAGE}/{token}"

    try:
        link = with_services(reset)
    except NoSuchUser:
        sys.exit(f"Nobody signs in as {email}.")
    if link is not None:
        click.echo(f"Give {email} this link yourself. It works once, for 30 minutes: {link}")
        return
    click.echo(f"{email} gets a link for a new password, and sets up a second factor anew.")


@click.command("deactivate")
@click.argument("email")
def deactivate_user(email: str) -> None:
    """Shut an account at once: all sessions end, and it neither signs in nor resets its password."""

    async def deactivate(services: Services) -> None:
        now = clock.now()
        async with services.sessions.committing() as session:
            user = await _lock(session, email, is_active=True)
            if user.platform_role is not None:
                await remove_admin(session, PlatformOrigin(None, operator(), LANGUAGE, now), user.id)
                return
            user.is_active = False
            ended = await end_sessions(session, user.id, now)
            withdrawn = await withdraw_sent_by(session, user.id, now)
            await _record(session, services, user, "account.deactivated", {"sessions_ended": ended} | withdrawn)

    try:
        with_services_or_refusal(deactivate)
    except NoSuchUser:
        sys.exit(f"Nobody signs in as {email}.")
    click.echo(f"{email} is out with the next request. `orion explain user {email}` shows what stays to be looked at.")


@click.command("activate")
@click.argument("email")
def activate_user(email: str) -> None:
    """Open an account again that `deactivate` has shut. A removed administrator is invited anew instead."""

    async def activate(services: Services) -> None:
        async with services.sessions.committing() as session:
            user = await _lock(session, email, is_active=False)
            if user.platform_role is not None:
                raise NoSuchUser
            user.is_active = True
            await _record(session, services, user, "account.activated", {"is_active": True})

    try:
        with_services(activate)
    except NoSuchUser:
        sys.exit(f"There is no deactivated account of {email}.")
    click.echo(f"{email} can sign in again.")


async def _lock(session: AsyncSession, email: str, *, is_active: bool) -> User:
    """Raises NoSuchUser."""
    theirs = User.email_norm == normalize_email(email), User.is_active == is_active
    user: User | None = await session.scalar(select(User).where(*theirs).with_for_update())
    if user is None:
        raise NoSuchUser
    return user


async def _record(session: AsyncSession, services: Services, user: User, action: str, after: Fields) -> None:
    change = AccountChange(
        user=user,
        by=operator(),
        by_id=None,
        action=action,
        after=after,
        language=negotiate(None, person=user.language),
        now=clock.now(),
        instance="",
        request_id="",
    )
    await record_account_change(session, services, change)
