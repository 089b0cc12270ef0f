"""Values entered for a purchase that is not recorded yet: they stay while other things are recorded."""

from uuid import UUID

import msgspec

from backend.loyalty.cards.schemas import CardView
from frontend.kit.forms import Form
from i18n.translator import get_translator

FIELDS = ("amount", "order_reference", "category_ids")


class EnteredPurchase(msgspec.Struct, frozen=True):
    card_id: UUID
    fields: dict[str, list[str]]


def entered_purchase(form: Form, card_id: UUID | None) -> EnteredPurchase | None:
    fields = {name: form.many(name) for name in FIELDS if form.text(name)}
    return EnteredPurchase(card_id, fields) if card_id and fields else None


def remove_purchase(form: Form, card_id: UUID | None) -> EnteredPurchase | None:
    """Removes the fields from a form in which these names mean something else."""
    purchase = entered_purchase(form, card_id)
    for name in FIELDS:
        form.fields.pop(name, None)
        form.lists.pop(name, None)
    return purchase


def form_with(purchase: EnteredPurchase | None, card: CardView | None) -> Form:
    """An empty form when the purchase is of another card."""
    fields = purchase.fields if purchase and card and purchase.card_id == card.id else {}
    return Form({name: values[-1] for name, values in fields.items()}, fields)


def lost_amount(purchase: EnteredPurchase | None, card: CardView | None, language: str) -> str:
    """The sentence for an amount that is lost because another card opens; empty when nothing is lost."""
    if not purchase or not purchase.fields.get("amount") or (card and purchase.card_id == card.id):
        return ""
    return get_translator(language).gettext("%(amount)s was not recorded.", amount=purchase.fields["amount"][-1])
