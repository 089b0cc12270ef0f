from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import Fields, record_change
from backend.audit.versions import check_version
from backend.core.origin import Origin
from backend.core.schemas import sent_fields
from backend.merchants.models import Policy
from backend.merchants.policy.queries import FIELDS, get_policy, show_policy
from backend.merchants.policy.schemas import OwnPolicyChange, PolicyBody, PolicyDetail


async def set_policy(
    session: AsyncSession, origin: Origin, body: PolicyBody | OwnPolicyChange, if_match: str | None
) -> PolicyDetail:
    """In force with the next request of a till. Raises PreconditionRequired or Stale."""
    policy = await get_policy(session, origin.merchant_id, is_locked=True)
    await check_version(session, policy, if_match)
    before = _fields(policy)
    for name, value in sent_fields(body).items():
        setattr(policy, name, value)
    if not session.is_modified(policy):
        return await show_policy(session, policy)
    policy.updated_at = origin.now
    await session.flush()
    record_change(session, origin, "policy.changed", subject_id=policy.id, before=before, after=_fields(policy))
    shown = await show_policy(session, policy)
    # The entry is written with the commit.
    shown.changed_by = origin.user_name or origin.on_behalf_name
    return shown


def _fields(policy: Policy) -> Fields:
    return {name: getattr(policy, name) for name in FIELDS}
