"""A customer chooses which emails to get; a merchant chooses which marketing emails to send."""

from datetime import UTC, datetime

import msgspec
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.audit.versions import check_version
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.schemas import sent_fields
from backend.loyalty.customers.consent import can_undo, undo_withdrawal, withdraw_consent
from backend.loyalty.customers.models import Customer
from backend.loyalty.marketing.models import MarketingPlan
from backend.loyalty.marketing.problems import ConsentNotByLink, UnsubscribeLinkInvalid
from backend.loyalty.marketing.queries import find_plan, show_choices, show_plan
from backend.loyalty.marketing.schemas import EmailChoices, MarketingPlanChange, MarketingPlanDetail
from backend.loyalty.marketing.unsubscribe_links import UnsubscribeLink

NOT_AUDITED = {"version", "consented_count"}
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


async def get_choices(session: AsyncSession, link: UnsubscribeLink, now: datetime) -> EmailChoices:
    """Raises UnsubscribeLinkInvalid when the customer has been erased."""
    return await _show(session, link, await _get_customer(session, link), now)


async def stop_marketing(session: AsyncSession, link: UnsubscribeLink, now: datetime) -> EmailChoices:
    """Safe to repeat. Raises UnsubscribeLinkInvalid."""
    customer = await _get_customer(session, link)
    await withdraw_consent(session, customer, "unsubscribe_page", now)
    return await _show(session, link, customer, now)


async def undo_stop(session: AsyncSession, link: UnsubscribeLink, now: datetime) -> EmailChoices:
    """Safe to repeat. Raises UnsubscribeLinkInvalid or ConsentNotByLink."""
    customer = await _get_customer(session, link)
    if customer.marketing_consented_at is None:
        if not _can_undo(link, customer, now):
            raise ConsentNotByLink
        await undo_withdrawal(session, customer, "unsubscribe_page", now)
    return await _show(session, link, customer, now)


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


async def _get_customer(session: AsyncSession, link: UnsubscribeLink) -> Customer:
    customer = await session.get(Customer, (link.merchant_id, link.customer_id))
    if customer is None:
        raise UnsubscribeLinkInvalid
    return customer


async def _show(session: AsyncSession, link: UnsubscribeLink, customer: Customer, now: datetime) -> EmailChoices:
    return await show_choices(session, customer, can_undo=_can_undo(link, customer, now))


def _can_undo(link: UnsubscribeLink, customer: Customer, now: datetime) -> bool:
    return link.is_of_mailbox and can_undo(customer, now)
