"""Reads a person's story. Each merchant's rows are read in a transaction of that merchant."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.addresses import normalize_email
from backend.core.database import Sessions
from backend.core.platform_settings import SecuritySettings
from backend.identity.factors.proofs import read_factors
from backend.identity.factors.tries import codes_refused_until
from backend.identity.invitations.models import Invitation
from backend.identity.invitations.queries import is_open
from backend.identity.models import AccessToken, PasswordReset
from backend.identity.on_behalf.models import OnBehalfSession
from backend.identity.sessions.limits import has_idled
from backend.identity.sessions.user_agents import browser_of, system_of
from backend.identity.stories.advice import advice
from backend.identity.stories.story import OpenSession, PersonAccount, PersonStory, Place, StoryInvitation
from backend.merchants.models import Merchant, Store
from backend.messaging.models import PlatformMail
from backend.messaging.story import StoryMail
from backend.staff.models import MerchantMember, StoreMember, User
from backend.staff_pins.models import StaffPin

MAILS_MAX = 5


async def read_story(
    sessions: Sessions, email: str, security: SecuritySettings, now: datetime, *, is_production: bool
) -> PersonStory:
    email_norm = normalize_email(email)
    async with sessions.committing() as session:
        user: User | None = await session.scalar(select(User).where(User.email_norm == email_norm))
        invitations = await _invitations(session, Invitation.email_norm == email_norm)
        mails = await _mails(session, email_norm)
        members = await _members(session, user.id) if user else []
        account = await _account(session, user, security, now) if user else None
    if account is not None:
        places = [await _place(sessions, member, code, now) for member, code in members if member.left_at is None]
        for place in places:
            account.places.append(place)
        account.former_merchants.extend(code for member, code in members if member.left_at is not None)
    story = PersonStory(email_norm, account, invitations, mails, [])
    story.next.extend(advice(story, now, is_production=is_production))
    return story


async def _account(session: AsyncSession, user: User, security: SecuritySettings, now: datetime) -> PersonAccount:
    factors = await read_factors(session, user)
    reset_until: datetime | None = await session.scalar(
        select(PasswordReset.expires_at).where(PasswordReset.user_id == user.id, PasswordReset.expires_at > now)
    )
    return PersonAccount(
        id=user.id,
        name=user.name,
        email=user.email,
        is_active=user.is_active,
        platform_role=user.platform_role,
        created_at=user.created_at,
        places=[],
        former_merchants=[],
        has_authenticator=factors.has_totp,
        passkeys=len(factors.passkeys),
        recovery_codes=factors.recovery_codes,
        codes_refused_until=await codes_refused_until(session, user.id, now),
        reset_link_until=reset_until,
        sessions=await _sessions(session, user, security, now),
        has_invited=await _invitations(session, Invitation.invited_by == user.id),
    )


async def _members(session: AsyncSession, user_id: UUID) -> Sequence[tuple[MerchantMember, str]]:
    """With the merchant's code."""
    theirs = (
        select(MerchantMember, Merchant.code)
        .join(Merchant, Merchant.id == MerchantMember.merchant_id)
        .where(MerchantMember.user_id == user_id)
        .order_by(Merchant.code)
    )
    return [(row[0], row[1]) for row in (await session.execute(theirs)).tuples()]


async def _place(sessions: Sessions, member: MerchantMember, merchant_code: str, now: datetime) -> Place:
    async with sessions.committing(member.merchant_id) as session:
        at_stores = (
            select(Store.code, Store.is_active, StoreMember.permissions)
            .join(StoreMember, (StoreMember.merchant_id == Store.merchant_id) & (StoreMember.store_id == Store.id))
            .where(Store.merchant_id == member.merchant_id, StoreMember.user_id == member.user_id)
            .order_by(Store.code)
        )
        stores = list((await session.execute(at_stores)).tuples())
        theirs = StaffPin.merchant_id == member.merchant_id, StaffPin.user_id == member.user_id, StaffPin.is_active
        pin: StaffPin | None = await session.scalar(select(StaffPin).where(*theirs))
    return Place(
        merchant=merchant_code,
        role=member.role,
        stores={code: permissions for code, is_active, permissions in stores if is_active},
        closed_stores=[code for code, is_active, _ in stores if not is_active],
        pin=pin.state(now) if pin else "none",
        pin_locked_until=pin.locked_until if pin and pin.state(now) == "locked" else None,
        joined_at=member.joined_at,
    )


async def _sessions(session: AsyncSession, user: User, security: SecuritySettings, now: datetime) -> list[OpenSession]:
    """The one that was used last comes first."""
    tokens = (
        select(AccessToken, Merchant.code)
        .outerjoin(Merchant, Merchant.id == AccessToken.merchant_id)
        .where(AccessToken.user_id == user.id, AccessToken.revoked_at.is_(None), AccessToken.expires_at > now)
        .order_by(AccessToken.last_seen_at.desc())
    )
    open_ones = [
        (token, merchant)
        for token, merchant in (await session.execute(tokens)).tuples()
        if not has_idled(token.last_seen_at, security, now, is_platform=token.merchant_id is None)
    ]
    found = [
        OpenSession(token.id, merchant, token.kind, _browser(token), token.created_at, token.last_seen_at)
        for token, merchant in open_ones
    ]
    by_id = {token.id: token for token, _ in open_ones}
    on_behalf = (
        select(OnBehalfSession, Merchant.code)
        .join(Merchant, Merchant.id == OnBehalfSession.merchant_id)
        .where(OnBehalfSession.sign_in_id.in_(by_id), OnBehalfSession.ended_at.is_(None), OnBehalfSession.ends_at > now)
    )
    for row, merchant in (await session.execute(on_behalf)).tuples():
        token = by_id[row.sign_in_id]
        found.append(OpenSession(row.id, merchant, "on_behalf", _browser(token), row.begun_at, token.last_seen_at))
    return found


async def _invitations(session: AsyncSession, condition: ColumnElement[bool]) -> list[StoryInvitation]:
    asked = (
        select(Invitation, Merchant.code)
        .outerjoin(Merchant, Merchant.id == Invitation.merchant_id)
        .where(condition, is_open())
        .order_by(Invitation.sent_at.desc(), Invitation.id)
    )
    return [
        StoryInvitation(merchant, row.email, row.role, row.invited_by_name, row.sent_at, row.expires_at)
        for row, merchant in (await session.execute(asked)).tuples()
    ]


async def _mails(session: AsyncSession, email_norm: str) -> list[StoryMail]:
    latest = (
        select(PlatformMail.id, PlatformMail.template_code, PlatformMail.created_at, PlatformMail.status)
        .where(PlatformMail.recipient_folded == func.lower(email_norm))
        .order_by(PlatformMail.created_at.desc(), PlatformMail.id.desc())
        .limit(MAILS_MAX)
    )
    return [StoryMail(*row) for row in (await session.execute(latest)).tuples()]


def _browser(token: AccessToken) -> str:
    named = [name for name in (browser_of(token.user_agent), system_of(token.user_agent)) if name]
    return " · ".join(named) or "unknown browser"
