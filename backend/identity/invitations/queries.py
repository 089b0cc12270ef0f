from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identity.invitations.models import Invitation
from backend.identity.invitations.schemas import InvitationList, InvitationView
from backend.identity.members.schemas import MemberStore

SHOWN_MAX = 200


def is_open() -> ColumnElement[bool]:
    """Neither accepted nor withdrawn; it may have expired."""
    return and_(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))


def to_merchant(merchant_id: UUID | None) -> ColumnElement[bool]:
    """None: to the platform."""
    return Invitation.merchant_id.is_(None) if merchant_id is None else Invitation.merchant_id == merchant_id


async def list_invitations(session: AsyncSession, merchant_id: UUID | None, now: datetime) -> InvitationList:
    """The newest 200 of a merchant, or of the platform (None)."""
    theirs = to_merchant(merchant_id), is_open()
    query = select(Invitation).where(*theirs).order_by(Invitation.sent_at.desc(), Invitation.id)
    return InvitationList([invitation_view(row, now) for row in await session.scalars(query.limit(SHOWN_MAX))])


def invitation_view(invitation: Invitation, now: datetime) -> InvitationView:
    return InvitationView(
        id=invitation.id,
        email=invitation.email,
        name=invitation.name,
        role=invitation.role,
        stores=msgspec.convert(invitation.stores, list[MemberStore]),
        invited_by=invitation.invited_by_name,
        sent_at=invitation.sent_at,
        expires_at=invitation.expires_at,
        is_expired=invitation.expires_at <= now,
    )
