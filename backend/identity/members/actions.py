"""Change and remove people of a merchant. Each change is audited and in force with their next request."""

from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import Fields, record_change
from backend.audit.versions import check_version
from backend.core.origin import Origin
from backend.identity.invitations.actions import withdraw_sent_by
from backend.identity.invitations.queries import to_merchant
from backend.identity.members.checks import check_stores
from backend.identity.members.problems import LastOwner, MemberNotFound, OwnRole
from backend.identity.members.queries import get_member, of_merchant_now
from backend.identity.members.schemas import MemberChange, MemberDetail, StorePermissions
from backend.identity.workplaces.actions import leave_workplace
from backend.staff.models import MerchantMember, StoreMember, User
from backend.staff_pins.setting import remove_pin

OWNER = "merchant_owner"


async def change_member(
    session: AsyncSession, origin: Origin, user_id: UUID, change: MemberChange, if_match: str | None
) -> MemberDetail:
    """Raises MemberNotFound, PreconditionRequired, Stale, OwnRole, LastOwner or ValidationFailed."""
    member = await _lock(session, origin, user_id)
    await check_version(session, member, if_match)
    before, withdrawn = await get_member(session, origin, user_id), Fields()
    if isinstance(change.role, str) and change.role != member.role:
        if user_id == origin.user_id:
            raise OwnRole
        await _keep_an_owner(session, origin, member)
        member.role = change.role
        withdrawn = await _withdraw_sent(session, origin, user_id)
    if isinstance(change.stores, list):
        await check_stores(session, origin.merchant_id, change.stores)
        await place_at(session, origin.merchant_id, user_id, change.stores)
    await session.flush()
    if rights_of(await get_member(session, origin, user_id)) == rights_of(before):
        return before
    member.updated_at = origin.now
    await session.flush()
    after = await get_member(session, origin, user_id)
    record_change(
        session,
        origin,
        "member.changed",
        subject_id=user_id,
        before=rights_of(before),
        after=rights_of(after) | withdrawn,
    )
    return after


async def remove_member(session: AsyncSession, origin: Origin, user_id: UUID) -> None:
    """They lose stores, PIN and sessions at this merchant at once. What they have done keeps their name.

    Raises MemberNotFound or LastOwner.
    """
    member = await _lock(session, origin, user_id)
    await _keep_an_owner(session, origin, member)
    before = rights_of(await get_member(session, origin, user_id))
    member.left_at = member.updated_at = origin.now
    await place_at(session, origin.merchant_id, user_id, [])
    await remove_pin(session, merchant_id=origin.merchant_id, user_id=user_id)
    await leave_workplace(session, user_id, origin.merchant_id, origin.now)
    withdrawn = await _withdraw_sent(session, origin, user_id)
    after: Fields = {"role": None, "stores": {}} | withdrawn
    record_change(session, origin, "member.removed", subject_id=user_id, before=before, after=after)


async def place_at(session: AsyncSession, merchant_id: UUID, user_id: UUID, stores: list[StorePermissions]) -> None:
    """In place of the stores and permissions they had."""
    theirs = StoreMember.merchant_id == merchant_id, StoreMember.user_id == user_id
    await session.execute(delete(StoreMember).where(*theirs))
    session.add_all(
        StoreMember(
            merchant_id=merchant_id,
            user_id=user_id,
            store_id=place.store_id,
            permissions=sorted(set(place.permissions)),
        )
        for place in stores
    )


def rights_of(member: MemberDetail) -> Fields:
    """As audit entries have them: permissions by the id of the store."""
    return {
        "role": member.role,
        "stores": {str(place.store_id): place.permissions for place in member.stores},
    }


async def _withdraw_sent(session: AsyncSession, origin: Origin, user_id: UUID) -> Fields:
    return await withdraw_sent_by(session, user_id, origin.now, to_merchant(origin.merchant_id))


async def _lock(session: AsyncSession, origin: Origin, user_id: UUID) -> MerchantMember:
    """Locks the person and all owners, always in the same order: of two who remove each other one comes second.

    Raises MemberNotFound.
    """
    locked = (
        select(MerchantMember)
        .where(
            *of_merchant_now(origin.merchant_id),
            or_(MerchantMember.user_id == user_id, MerchantMember.role == OWNER),
        )
        .order_by(MerchantMember.user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    members = {member.user_id: member for member in await session.scalars(locked)}
    if user_id not in members:
        raise MemberNotFound
    return members[user_id]


async def _keep_an_owner(session: AsyncSession, origin: Origin, member: MerchantMember) -> None:
    """Raises LastOwner when no other owner can sign in. The owners are locked."""
    if member.role != OWNER:
        return
    others = (
        select(MerchantMember.user_id)
        .join(User, User.id == MerchantMember.user_id)
        .where(
            *of_merchant_now(origin.merchant_id),
            MerchantMember.role == OWNER,
            MerchantMember.user_id != member.user_id,
            User.is_active,
        )
    )
    if await session.scalar(others.limit(1)) is None:
        raise LastOwner
