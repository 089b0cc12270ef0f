"""Transactions as a list, of the store or of one card. Each can be voided from its row, as a whole or in part."""

import asyncio
from uuid import UUID

import msgspec
from babel.numbers import get_currency_symbol
from litestar import Response

from backend.core.schemas import Page
from backend.loyalty.ledger.schemas import TransactionView
from frontend.api.client import Caller
from frontend.api.till import get_till, list_bookings, list_card_bookings
from frontend.kit.forms import Form
from frontend.kit.request import Request
from frontend.till.screen import messages_of, till_page
from i18n.translator import Translator

PAGE_SIZE = 12
"""Each row contains a form; a longer page would be too heavy for a slow connection."""
VOIDABLE = {"earned", "redeemed", "voided"}
BY_RECEIPT = "receipt"


class Refused(msgspec.Struct, frozen=True):
    """A return that was not recorded."""

    form: Form
    """The submitted values, with an error beside each invalid field."""
    what: str
    """Transaction id, or `BY_RECEIPT`."""
    problem: str = ""
    """The error that concerns the whole form."""


async def bookings_screen(
    request: Request,
    caller: Caller,
    *,
    card_id: UUID | None = None,
    after: str | None = None,
    status: int = 200,
    refused: Refused | None = None,
) -> Response[str]:
    """The transactions of the card at every store, or those of the current store when there is no card."""
    view, bookings = await asyncio.gather(get_till(caller, card_id), _read(caller, card_id, after))

    def may_void(booking: TransactionView) -> bool:
        return view.program.policy.allow_void_transactions and booking.kind in VOIDABLE

    messages = messages_of(request, view)
    return till_page(
        request,
        view,
        "till/today/page.html",
        address=address_of(card_id),
        status=status,
        bookings=bookings,
        of_card=card_id,
        after=after,
        currency_sign=get_currency_symbol(view.program.currency, locale=messages.formatter.locale),
        may_void=may_void,
        messages=messages,
        title_of=messages.title_of,
        reasons=reasons_of(messages.translator),
        refused=refused or Refused(Form({}), ""),
        problem=refused.problem if refused else "",
    )


def address_of(card_id: UUID | None) -> str:
    return f"/till/cards/{card_id}/bookings" if card_id else "/till/today"


async def _read(caller: Caller, card_id: UUID | None, after: str | None) -> Page[TransactionView]:
    if card_id is None:
        return await list_bookings(caller, limit=PAGE_SIZE, after=after)
    return await list_card_bookings(caller, card_id, limit=PAGE_SIZE, after=after)


def reasons_of(translator: Translator) -> list[str]:
    """One key each. The text is stored with the transaction."""
    _ = translator.gettext
    return [_("Wrong amount"), _("Wrong customer"), _("Goods returned"), _("Customer changed their mind")]
