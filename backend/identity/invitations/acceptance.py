"""The invited person looks at the invitation and accepts it, once."""

from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change, record_platform_change
from backend.core.database import enter_merchant
from backend.core.ids import new_id
from backend.core.origin import Origin, PlatformOrigin
from backend.identity.invitations.actions import invitation_hash
from backend.identity.invitations.checks import check_can_join, find_user
from backend.identity.invitations.models import Invitation
from backend.identity.invitations.problems import (
    InvitationAccepted,
    InvitationExpired,
    InvitationNotFound,
    InvitationWithdrawn,
    NameRequired,
)
from backend.identity.invitations.schemas import AcceptedInvitation, AcceptInvitation, OwnInvitation
from backend.identity.members.actions import place_at, rights_of
from backend.identity.members.queries import get_member
from backend.identity.members.schemas import StorePermissions
from backend.identity.problems import PasswordWrong
from backend.merchants.models import Merchant
from backend.staff.models import MerchantMember, User
from backend.staff.passwords import PasswordOwner, hash_new_password, verify_password


async def show_invitation(session: AsyncSession, token: str, now: datetime) -> OwnInvitation:
    """Raises InvitationNotFound, InvitationExpired, InvitationWithdrawn or InvitationAccepted."""
    invitation = await _find(session, token, now)
    merchant = await session.get(Merchant, invitation.merchant_id) if invitation.merchant_id else None
    return OwnInvitation(
        email=invitation.email,
        name=invitation.name,
        role=invitation.role,
        merchant_name=merchant.name if merchant else None,
        invited_by=invitation.invited_by_name,
        expires_at=invitation.expires_at,
        has_account=await find_user(session, invitation.email_norm) is not None,
    )


async def accept_invitation(
    session: AsyncSession, token: str, body: AcceptInvitation, now: datetime, *, language: str, request_id: str
) -> AcceptedInvitation:
    """Gives the account its place, or makes the account first. Begins before a merchant is settled.

    `language`: of the page on which they accept; a new account keeps it.
    Raises what `show_invitation` raises, NameRequired, PasswordWrong, and what `check_can_join` and `hash_new_password`
    raise.
    """
    invitation = await _find(session, token, now, is_locked=True)
    user = await find_user(session, invitation.email_norm, is_locked=True)
    await check_can_join(session, user, invitation.merchant_id)
    if user is None:
        user = await _add_user(session, invitation, body, language, now)
    elif not await verify_password(user.password_hash, body.password):
        raise PasswordWrong
    user.is_active = True
    user.platform_role = invitation.role if invitation.merchant_id is None else None
    invitation.accepted_at = now
    await session.flush()
    if invitation.merchant_id is None:
        platform = PlatformOrigin(user.id, user.name, invitation.language, now, request_id=request_id)
        record_platform_change(session, platform, "user.joined", subject=str(user.id), after={"role": invitation.role})
        return AcceptedInvitation(user.email, None)
    await enter_merchant(session, invitation.merchant_id)
    merchant = await session.get_one(Merchant, invitation.merchant_id)
    origin = Origin(merchant.id, None, user.id, user.name, invitation.language, now, instance="", request_id=request_id)
    await _join(session, origin, invitation)
    return AcceptedInvitation(user.email, merchant.code)


async def _find(session: AsyncSession, token: str, now: datetime, *, is_locked: bool = False) -> Invitation:
    query = select(Invitation).where(Invitation.token_hash == invitation_hash(token))
    invitation: Invitation | None = await session.scalar(query.with_for_update() if is_locked else query)
    if invitation is None:
        raise InvitationNotFound
    if invitation.accepted_at is not None:
        raise InvitationAccepted
    if invitation.withdrawn_at is not None:
        raise InvitationWithdrawn
    if invitation.expires_at <= now:
        raise InvitationExpired
    return invitation


async def _add_user(
    session: AsyncSession, invitation: Invitation, body: AcceptInvitation, language: str, now: datetime
) -> User:
    if body.name is None:
        raise NameRequired
    merchant = await session.get(Merchant, invitation.merchant_id) if invitation.merchant_id else None
    owner = PasswordOwner(email=invitation.email_norm, name=body.name, merchants=[merchant.name] if merchant else [])
    values = {
        "id": new_id(),
        "email": invitation.email,
        "email_norm": invitation.email_norm,
        "name": body.name.strip(),
        "language": language,
        "password_hash": await hash_new_password(body.password, owner),
        "is_active": True,
        "created_at": now,
    }
    added = await session.scalar(insert(User).values(values).on_conflict_do_nothing().returning(User))
    if added is None:
        # They accept another invitation at this moment: the account is there now, and has a password.
        raise PasswordWrong
    return added


async def _join(session: AsyncSession, origin: Origin, invitation: Invitation) -> None:
    """Somebody who has worked here before comes back to their membership."""
    assert origin.user_id is not None, "the user was found or made"
    member = await session.get(MerchantMember, (origin.merchant_id, origin.user_id), with_for_update=True)
    if member is None:
        member = MerchantMember(merchant_id=origin.merchant_id, user_id=origin.user_id)
        session.add(member)
    member.role, member.left_at = invitation.role, None
    member.joined_at = member.updated_at = origin.now
    await session.flush()
    stores = msgspec.convert(invitation.stores, list[StorePermissions])
    await place_at(session, origin.merchant_id, origin.user_id, stores)
    await session.flush()
    joined = rights_of(await get_member(session, origin, origin.user_id))
    record_change(session, origin, "member.joined", subject_id=origin.user_id, after=joined)
