"""A customer chooses which emails to get; a merchant chooses which marketing emails to send."""

from datetime import UTC, datetime

import msgspec
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.audit.versions import check_version
from backend.core.capabilities import Capability
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.schemas import sent_fields
from backend.loyalty.customers.consent import give_consent, withdraw_consent
from backend.loyalty.customers.models import Customer
from backend.loyalty.marketing.models import MarketingPlan
from backend.loyalty.marketing.problems import UnsubscribeLinkInvalid
from backend.loyalty.marketing.queries import find_plan, show_choices, show_plan
from backend.loyalty.marketing.schemas import EmailChoices, MarketingPlanChange, MarketingPlanDetail

NOT_AUDITED = {"version", "consented_count"}
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


async def get_choices(session: AsyncSession, link: Capability) -> EmailChoices:
    """Raises UnsubscribeLinkInvalid when the customer has been erased."""
    return await show_choices(session, await _get_customer(session, link))


async def choose_emails(
    session: AsyncSession, link: Capability, *, accept_marketing: bool, now: datetime
) -> EmailChoices:
    """Safe to repeat. Raises UnsubscribeLinkInvalid."""
    customer = await _get_customer(session, link, is_locked=True)
    if accept_marketing:
        give_consent(session, customer, "unsubscribe_page", now)
    else:
        withdraw_consent(session, customer, "unsubscribe_page", now)
    return await show_choices(session, customer)


async def change_plan(
    session: AsyncSession, origin: Origin, change: MarketingPlanChange, if_match: str | None
) -> MarketingPlanDetail:
    """Raises PreconditionRequired or Stale."""
    plan = await _lock_plan(session, origin)
    await check_version(session, plan, if_match)
    before = _audited(await show_plan(session, origin.merchant_id))
    for field, value in sent_fields(change).items():
        setattr(plan, field, value)
    if session.is_modified(plan):
        plan.updated_at = origin.now
        await session.flush()
    after = await show_plan(session, origin.merchant_id)
    record_change(session, origin, "marketing_plan.changed", subject_id=plan.id, before=before, after=_audited(after))
    return after


async def _lock_plan(session: AsyncSession, origin: Origin) -> MarketingPlan:
    """Added if there is none, so that there is a row to lock."""
    first = {"id": new_id(), "sends_birthday_emails": False, "version": 0, "updated_at": NEVER}
    added = insert(MarketingPlan).values(merchant_id=origin.merchant_id, **first)
    await session.execute(added.on_conflict_do_nothing())
    plan = await find_plan(session, origin.merchant_id, is_locked=True)
    assert plan is not None, "it was added if there was none"
    return plan


def _audited(plan: MarketingPlanDetail) -> dict[str, object]:
    return {name: value for name, value in msgspec.structs.asdict(plan).items() if name not in NOT_AUDITED}


async def _get_customer(session: AsyncSession, link: Capability, *, is_locked: bool = False) -> Customer:
    lock = {"key_share": True} if is_locked else None
    customer = await session.get(Customer, (link.merchant_id, link.subject_id), with_for_update=lock)
    if customer is None:
        raise UnsubscribeLinkInvalid
    return customer
