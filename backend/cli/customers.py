"""`orion customers mark-test`: marks the holders of cards as test customers."""

import sys

import rich_click as click
from sqlalchemy import select

from backend.cli.output import find_merchant_id, operator, with_services_or_refusal
from backend.core.clock import clock
from backend.core.origin import Origin
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.test_marks import mark_customer
from backend.operations.wallets.scopes import FoundCard, find_card
from backend.services import Services


@click.group()
def customers() -> None:
    """Customers of merchants."""


@customers.command("mark-test")
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
@click.option("--merchant", "merchant_code", metavar="CODE", help="Whose cards; not needed as a rule.")
@click.option("--undo", is_flag=True, help="They are real customers after all.")
def mark_test(codes: tuple[str, ...], merchant_code: str | None, undo: bool) -> None:
    """Mark the holders of cards as test customers, by the codes of the cards.

    They are left out of figures and marketing emails, and `orion cleanup --test-data` removes them.
    """

    async def mark(services: Services) -> str | None:
        merchant_id = await find_merchant_id(services, merchant_code)
        cards = [await find_card(services.sessions, code, merchant_id) for code in codes]
        for code, card in zip(codes, cards, strict=True):
            if not await _mark_holder(services, card, is_test=not undo):
                return code
        return None

    erased = with_services_or_refusal(mark)
    if erased is not None:
        sys.exit(f"{erased} has no holder any more.")
    click.echo(f"Marked as {'real' if undo else 'test'}: {', '.join(codes)}.")


async def _mark_holder(services: Services, card: FoundCard, *, is_test: bool) -> bool:
    """False for an erased card."""
    origin = Origin.at_command_line(card.merchant_id, operator(), clock.now())
    holder = select(Card.customer_id).where(Card.merchant_id == card.merchant_id, Card.id == card.card_id)
    async with services.sessions.committing(card.merchant_id) as session:
        customer_id = await session.scalar(holder)
        if customer_id is not None:
            await mark_customer(session, origin, customer_id, is_test=is_test)
    return customer_id is not None
