"""`orion users reset`: brings back who has lost phone and recovery codes."""

import sys

import rich_click as click
from sqlalchemy import select

from backend.cli.output import operator, with_services
from backend.core.addresses import normalize_email
from backend.core.clock import clock
from backend.core.queue import SEND_MAILS, try_to_wake
from backend.identity.factors.actions import forget_factors
from backend.identity.own_changes import AccountChange, record_account_change
from backend.identity.passwords.requests import send_reset_link
from backend.identity.sessions.actions import end_sessions
from backend.services import Services
from backend.staff.models import User

LANGUAGE = "en"


@click.command("reset")
@click.argument("email")
def reset_user(email: str) -> None:
    """Take the second factor away, end all sessions, and email a link for a new password."""

    async def reset(services: Services) -> bool:
        now = clock.now()
        async with services.sessions.committing() as session:
            is_it = (User.email_norm == normalize_email(email)) & User.is_active
            user = await session.scalar(select(User).where(is_it).with_for_update())
            if user is None:
                return False
            await forget_factors(session, user)
            ended = await end_sessions(session, user.id, now)
            await send_reset_link(session, services, user, user.language or LANGUAGE, now)
            change = AccountChange(
                user=user,
                by=operator(),
                by_id=None,
                action="account.factors_reset",
                after={"sessions_ended": ended, "authenticator": False},
                language=LANGUAGE,
                now=now,
                instance="",
                request_id="",
            )
            await record_account_change(session, services, change)
        await try_to_wake(services.queue, SEND_MAILS)
        return True

    if not with_services(reset):
        sys.exit(f"Nobody signs in as {email}.")
    click.echo(f"{email} gets a link for a new password, and sets up a second factor anew.")
