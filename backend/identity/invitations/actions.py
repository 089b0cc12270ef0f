"""Invite, resend and withdraw. The email has a link that works once, within 72 hours."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import Fields, record_change, record_platform_change
from backend.core.database import enter_merchant
from backend.core.origin import Origin, PlatformOrigin
from backend.core.problems import RateLimited
from backend.core.text_cleaning import clean_email
from backend.identity.invitations.checks import check_can_join, check_email, find_user
from backend.identity.invitations.models import Invitation
from backend.identity.invitations.problems import AlreadyInvited, InvitationNotFound
from backend.identity.invitations.queries import invitation_view, is_open, to_merchant
from backend.identity.invitations.schemas import AdminInvitationDraft, InvitationView, StaffInvitationDraft
from backend.identity.invitations.sender import Sender
from backend.identity.mails import Addressee, Secret, queue_invitation
from backend.identity.members.checks import check_stores
from backend.merchants.models import Merchant
from backend.messaging.limits import HOUR, may_invite

VALID_FOR = timedelta(hours=72)
PAGE = "/invitation"


def invitation_hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


async def invite_to_merchant(
    session: AsyncSession, sender: Sender, origin: Origin, draft: StaffInvitationDraft
) -> InvitationView:
    """Begins before a merchant is settled.

    Raises ValidationFailed, AlreadyInvited, and what `check_can_join` raises.
    """
    email_norm = check_email(draft.email)
    await check_can_join(session, await find_user(session, email_norm), origin.merchant_id)
    await enter_merchant(session, origin.merchant_id)
    await check_stores(session, origin.merchant_id, draft.stores)
    invitation = _new(draft, email_norm, origin)
    invitation.merchant_id, invitation.stores = origin.merchant_id, msgspec.to_builtins(draft.stores)
    await _add(session, sender, invitation, origin.now)
    record_change(session, origin, "invitation.sent", subject_id=invitation.id, after=_rights(invitation))
    return invitation_view(invitation, origin.now)


async def invite_to_platform(
    session: AsyncSession, sender: Sender, origin: PlatformOrigin, draft: AdminInvitationDraft
) -> InvitationView:
    """Raises ValidationFailed, AlreadyInvited, and what `check_can_join` raises."""
    email_norm = check_email(draft.email)
    await check_can_join(session, await find_user(session, email_norm), None)
    invitation = _new(draft, email_norm, origin)
    await _add(session, sender, invitation, origin.now)
    record_platform_change(
        session, origin, "invitation.sent", subject=str(invitation.id), after={"role": invitation.role}
    )
    return invitation_view(invitation, origin.now)


async def resend(
    session: AsyncSession, sender: Sender, origin: Origin | PlatformOrigin, invitation_id: UUID
) -> InvitationView:
    """With a new link and another 72 hours; the former link opens nothing. Raises InvitationNotFound."""
    invitation = await _lock(session, origin, invitation_id)
    await _send(session, sender, invitation, origin.now)
    sent = {"sent_at": invitation.sent_at.isoformat()}
    _record(session, origin, "invitation.resent", invitation, after=sent)
    return invitation_view(invitation, origin.now)


async def withdraw(session: AsyncSession, origin: Origin | PlatformOrigin, invitation_id: UUID) -> None:
    """Raises InvitationNotFound."""
    invitation = await _lock(session, origin, invitation_id)
    invitation.withdrawn_at = origin.now
    _record(session, origin, "invitation.withdrawn", invitation, after={"withdrawn": True})


async def withdraw_sent_by(
    session: AsyncSession, inviter_id: UUID, now: datetime, *scope: ColumnElement[bool]
) -> Fields:
    """The open ones of a person who may invite no longer: one to an address of their own would bring them back.

    Returns how many there were, if any, for the audit entry of the change.
    """
    theirs = Invitation.invited_by == inviter_id, is_open(), *scope
    withdrawn = update(Invitation).where(*theirs).values(withdrawn_at=now).returning(Invitation.id)
    count = len((await session.scalars(withdrawn)).all())
    return {"invitations_withdrawn": count} if count else {}


def _new(
    draft: StaffInvitationDraft | AdminInvitationDraft, email_norm: str, origin: Origin | PlatformOrigin
) -> Invitation:
    on_behalf = origin if isinstance(origin, Origin) else None
    return Invitation(
        email=clean_email(draft.email),
        email_norm=email_norm,
        name=draft.name,
        language=draft.language or origin.language,
        role=draft.role,
        stores=[],
        invited_by=origin.user_id or (on_behalf.on_behalf_user_id if on_behalf else None),
        invited_by_name=origin.user_name or (on_behalf.on_behalf_name if on_behalf else None) or "",
        created_at=origin.now,
    )


async def _add(session: AsyncSession, sender: Sender, invitation: Invitation, now: datetime) -> None:
    """Raises AlreadyInvited."""
    same = Invitation.email_norm == invitation.email_norm, to_merchant(invitation.merchant_id), is_open()
    if await session.scalar(select(Invitation.id).where(*same)) is not None:
        raise AlreadyInvited
    await _send(session, sender, invitation, now)
    session.add(invitation)
    try:
        await session.flush()
    except IntegrityError as error:
        # Invited twice at the same moment.
        raise AlreadyInvited from error


async def _send(session: AsyncSession, sender: Sender, invitation: Invitation, now: datetime) -> None:
    """Raises RateLimited when this mailbox has had too many invitations."""
    if not await may_invite(session, sender.keys, invitation.email_norm, now):
        raise RateLimited(int(HOUR.total_seconds()))
    token = secrets.token_urlsafe(32)
    invitation.token_hash, invitation.sent_at, invitation.expires_at = invitation_hash(token), now, now + VALID_FOR
    merchant = await session.get(Merchant, invitation.merchant_id) if invitation.merchant_id else None
    await queue_invitation(
        session,
        sender.keys,
        Addressee(invitation.email, invitation.name, invitation.language),
        Secret(token, VALID_FOR),
        now,
        page_url=f"{sender.public_url.rstrip('/')}{PAGE}",
        inviter=invitation.invited_by_name,
        merchant_name=merchant.name if merchant else sender.platform_name,
        platform_name=sender.platform_name,
    )


async def _lock(session: AsyncSession, origin: Origin | PlatformOrigin, invitation_id: UUID) -> Invitation:
    merchant_id = origin.merchant_id if isinstance(origin, Origin) else None
    mine = Invitation.id == invitation_id, to_merchant(merchant_id), is_open()
    invitation: Invitation | None = await session.scalar(select(Invitation).where(*mine).with_for_update())
    if invitation is None:
        raise InvitationNotFound
    return invitation


def _rights(invitation: Invitation) -> Fields:
    stores = {place["store_id"]: sorted(place["permissions"]) for place in invitation.stores}
    return {"role": invitation.role, "stores": stores}


def _record(
    session: AsyncSession, origin: Origin | PlatformOrigin, action: str, invitation: Invitation, *, after: Fields
) -> None:
    if isinstance(origin, Origin):
        record_change(session, origin, action, subject_id=invitation.id, after=after)
    else:
        record_platform_change(session, origin, action, subject=str(invitation.id), after=after)
