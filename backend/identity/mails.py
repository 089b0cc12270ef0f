"""Emails with a code or a one-time link: its secret part is stored encrypted, and a late email is not sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.core.keys import KeyRing
from backend.loyalty.cards.recipient import CardRecipient
from backend.messaging.actions import queue_mail, queue_platform_mail
from backend.messaging.models import EmailLog
from backend.messaging.secrets import SECRET, seal_secret
from backend.messaging.templates.catalog.password_reset import PASSWORD_RESET, PasswordResetValues, ResetFacts
from backend.messaging.templates.catalog.sign_in_code import SIGN_IN_CODE, SignInCodeValues, SignInFacts
from backend.messaging.templates.catalog.staff_invitation import (
    STAFF_INVITATION,
    InvitationFacts,
    StaffInvitationValues,
)
from backend.messaging.templates.facts import MerchantFacts, UserFacts

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Secret:
    """`text`: the code, or the last part of the link."""

    text: str
    valid_for: timedelta


@dataclass(frozen=True, slots=True)
class Addressee:
    """A user, or somebody who is to become one."""

    email: str
    name: str | None
    language: str


async def queue_sign_in_code(
    session: AsyncSession,
    keys: KeyRing,
    to: CardRecipient,
    code: Secret,
    now: datetime,
    *,
    not_me_url: str,
    platform_name: str,
) -> EmailLog:
    """To a customer who signs in."""
    sign_in = SignInFacts(SECRET, round(code.valid_for / MINUTE), not_me_url)
    return await queue_mail(
        session,
        to.card.merchant_id,
        SIGN_IN_CODE,
        SignInCodeValues(merchant=to.merchant, customer=to.person, sign_in=sign_in),
        recipient=to.customer.email,
        language=to.language,
        now=now,
        brand=to.brand,
        platform_name=platform_name,
        card_id=to.card.id,
        expires_at=now + code.valid_for,
        sealed_secret=seal_secret(keys, code.text, to.customer.email),
    )


async def queue_invitation(
    session: AsyncSession,
    keys: KeyRing,
    to: Addressee,
    token: Secret,
    now: datetime,
    *,
    page_url: str,
    inviter: str,
    merchant_name: str,
    platform_name: str,
) -> None:
    """To somebody who is to become a user. `page_url`: the invitation's page, without the token."""
    invitation = InvitationFacts(inviter, f"{page_url}/{SECRET}", token.valid_for // HOUR)
    await queue_platform_mail(
        session,
        f"{STAFF_INVITATION.code} {new_id()}",
        STAFF_INVITATION,
        StaffInvitationValues(merchant=MerchantFacts(merchant_name), user=UserFacts(to.name), invitation=invitation),
        recipient=to.email,
        language=to.language,
        now=now,
        platform_name=platform_name,
        expires_at=now + token.valid_for,
        sealed_secret=seal_secret(keys, token.text, to.email),
    )


async def queue_password_reset(
    session: AsyncSession,
    keys: KeyRing,
    to: Addressee,
    token: Secret,
    now: datetime,
    *,
    page_url: str,
    platform_name: str,
) -> None:
    """To a user who has forgotten the password. `page_url`: the page for a new one, without the token."""
    reset = ResetFacts(f"{page_url}/{SECRET}", token.valid_for // MINUTE)
    await queue_platform_mail(
        session,
        f"{PASSWORD_RESET.code} {new_id()}",
        PASSWORD_RESET,
        PasswordResetValues(user=UserFacts(to.name), reset=reset),
        recipient=to.email,
        language=to.language,
        now=now,
        platform_name=platform_name,
        expires_at=now + token.valid_for,
        sealed_secret=seal_secret(keys, token.text, to.email),
    )
