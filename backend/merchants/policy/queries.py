from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.queries import find_entry
from backend.merchants.models import Policy
from backend.merchants.policy.schemas import PolicyBody, PolicyDetail

FIELDS = PolicyBody.__struct_fields__


async def get_policy(session: AsyncSession, merchant_id: UUID, *, is_locked: bool = False) -> Policy:
    own = select(Policy).where(Policy.merchant_id == merchant_id)
    policy: Policy = (await session.scalars(own.with_for_update() if is_locked else own)).one()
    return policy


async def show_policy(session: AsyncSession, policy: Policy) -> PolicyDetail:
    entry = await find_entry(session, policy.merchant_id, policy.id, policy.updated_at)
    return PolicyDetail(
        **{name: getattr(policy, name) for name in FIELDS},
        version=policy.version,
        changed_at=policy.updated_at,
        changed_by=entry.user_name if entry else None,
    )
