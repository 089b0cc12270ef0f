"""Whom an email about a card goes to, and what it says of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from backend.loyalty.cards import code as card_code
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.models import Customer
from backend.loyalty.programs.brand import brand_of
from backend.loyalty.programs.models import Program
from backend.merchants.models import Merchant, Store
from backend.messaging.templates.facts import CustomerFacts, MailedCardFacts, MerchantFacts, WalletFacts
from backend.messaging.templates.layout import MailBrand
from i18n.locales import negotiate


@dataclass(frozen=True, slots=True)
class CardRecipient:
    """The holder of a card, and the facts that emails about it share. Addresses in it are placeholders."""

    card: Card
    customer: Customer
    language: str
    brand: MailBrand
    merchant: MerchantFacts
    person: CustomerFacts
    facts: MailedCardFacts
    wallet: WalletFacts


async def find_recipient(
    session: AsyncSession, merchant_id: UUID, card_id: UUID, links: CardLinks
) -> CardRecipient | None:
    """None when the card has no holder any more."""
    return (await list_recipients(session, merchant_id, [card_id], links)).get(card_id)


async def list_recipients(
    session: AsyncSession, merchant_id: UUID, card_ids: Sequence[UUID], links: CardLinks
) -> dict[UUID, CardRecipient]:
    """By card, without those that have no holder any more. One statement."""
    rows = await session.execute(
        select(Card, Customer, Store.language, Merchant, Program)
        .join(Customer, (Customer.merchant_id == Card.merchant_id) & (Customer.id == Card.customer_id))
        .join(Store, (Store.merchant_id == Card.merchant_id) & (Store.id == Card.store_id))
        .join(Program, (Program.merchant_id == Card.merchant_id) & (Program.id == Card.program_id))
        .join(Merchant, Merchant.id == Card.merchant_id)
        .where(Card.merchant_id == merchant_id, Card.id.in_(card_ids))
        # Each row repeats the program, and its terms are the longest text of all.
        .options(defer(Program.terms_text))
    )
    return {row[0].id: _recipient(row, links) for row in rows.tuples()}


def _recipient(row: tuple[Card, Customer, str | None, Merchant, Program], links: CardLinks) -> CardRecipient:
    card, customer, store_language, merchant, program = row
    return CardRecipient(
        card=card,
        customer=customer,
        language=negotiate(None, customer=customer.language, store=store_language, merchant=merchant.default_language),
        brand=brand_of(merchant, program),
        merchant=MerchantFacts(merchant.name),
        person=CustomerFacts(customer.first_name),
        facts=MailedCardFacts(card_code.show(card.code), links.hidden_url),
        wallet=WalletFacts(
            google_url=links.hidden_save_url if "google" in links.wallets else None,
            apple_url=links.hidden_pass_url if "apple" in links.wallets else None,
        ),
    )
