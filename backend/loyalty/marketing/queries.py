from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.loyalty.customers.models import Customer
from backend.loyalty.marketing.models import MarketingPlan
from backend.loyalty.marketing.schemas import EmailChoices, MarketingPlanDetail
from backend.loyalty.programs.models import Program
from backend.merchants.models import Merchant


async def find_plan(session: AsyncSession, merchant_id: UUID, *, is_locked: bool = False) -> MarketingPlan | None:
    query = select(MarketingPlan).where(MarketingPlan.merchant_id == merchant_id)
    plan: MarketingPlan | None = await session.scalar(query.with_for_update() if is_locked else query)
    return plan


async def show_plan(session: AsyncSession, merchant_id: UUID) -> MarketingPlanDetail:
    plan = await find_plan(session, merchant_id)
    consented = select(func.count(Customer.id)).where(
        Customer.merchant_id == merchant_id, Customer.marketing_consented_at.is_not(None), ~Customer.is_test
    )
    return MarketingPlanDetail(
        sends_birthday_emails=plan is not None and plan.sends_birthday_emails,
        reengagement_days=plan.reengagement_days if plan else None,
        consented_count=await session.scalar(consented) or 0,
        version=plan.version if plan else 0,
    )


async def show_choices(session: AsyncSession, customer: Customer, *, can_undo: bool) -> EmailChoices:
    merchant = (
        await session.execute(
            select(Merchant.name, Merchant.default_language, Program.card_color)
            .join(Program, Program.merchant_id == Merchant.id)
            .where(Merchant.id == customer.merchant_id)
        )
    ).one()
    return EmailChoices(
        merchant_name=merchant.name,
        card_color=merchant.card_color,
        accepts_marketing=customer.marketing_consented_at is not None,
        can_undo=can_undo,
        language=customer.language,
        merchant_language=merchant.default_language,
    )
