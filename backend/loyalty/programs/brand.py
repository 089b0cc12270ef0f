"""How a merchant looks in emails."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.loyalty.programs.models import Program
from backend.merchants.models import Merchant
from backend.messaging.templates.layout import MailBrand


async def get_brand(session: AsyncSession, merchant_id: UUID) -> MailBrand:
    query = select(Merchant, Program).outerjoin(Program, Program.merchant_id == Merchant.id)
    merchant, program = (await session.execute(query.where(Merchant.id == merchant_id))).one()
    return brand_of(merchant, program)


def brand_of(merchant: Merchant, program: Program | None) -> MailBrand:
    """A merchant without a program has the platform's color."""
    brand = MailBrand(name=merchant.name, address=merchant.postal_address or "", reply_to=merchant.contact_email)
    if program is None:
        return brand
    return replace(brand, color=program.card_color, logo_url=program.logo_url, privacy_url=program.privacy_url)
