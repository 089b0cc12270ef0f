"""Emails to a person about each change of what they sign in with, in the transaction of the change."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.core.resources import Resources
from backend.identity.sessions.user_agents import browser_of, system_of
from backend.messaging.actions import queue_platform_mail
from backend.messaging.templates.catalog.account_changed import (
    ACCOUNT_CHANGED,
    AccountChangedValues,
    AccountChangeFacts,
)
from backend.messaging.templates.facts import UserFacts
from backend.staff.models import User
from i18n.formatting import get_formatter
from i18n.translator import N_, get_translator

NOTICES = {
    "account.authenticator_removed": N_("Your authenticator app was removed"),
    "account.authenticator_set": N_("An authenticator app was set up for your account"),
    "account.factors_reset": N_("An administrator has removed your second factors and ended your sessions"),
    "account.passkey_added": N_("A passkey was added to your account"),
    "account.passkey_removed": N_("A passkey was removed from your account"),
    "account.password_changed": N_("Your password was changed"),
    "account.password_reset": N_("Your password was changed with a link from an email"),
    "account.recovery_codes_replaced": N_("Your recovery codes were replaced by new ones"),
}
"""What the email says of each action."""
WITHOUT_NOTICE = {"account.activated", "account.deactivated", "account.session_ended", "account.sessions_ended"}
"""By them nobody gets in who could not before."""
PAGE = "/forgotten"


async def notify(
    session: AsyncSession, resources: Resources, user: User, action: str, now: datetime, *, language: str, agent: str
) -> None:
    """Queues the email, unless the action is one WITHOUT_NOTICE. `language`: for a person who has chosen none."""
    if action in WITHOUT_NOTICE:
        return
    language = user.language or language
    change = AccountChangeFacts(
        headline=get_translator(language).gettext(NOTICES[action]),
        moment=get_formatter(language).datetime(now),
        browser=" · ".join(filter(None, (browser_of(agent), system_of(agent)))) or None,
        reset_url=f"{resources.settings.public_url}{PAGE}",
    )
    await queue_platform_mail(
        session,
        f"{ACCOUNT_CHANGED.code} {new_id()}",
        ACCOUNT_CHANGED,
        AccountChangedValues(user=UserFacts(user.name), change=change),
        recipient=user.email,
        language=language,
        now=now,
        platform_name=resources.live.current.branding.platform_name,
    )
