"""What was typed on a card, and where it stands on the next screen of that card."""

from uuid import UUID

import msgspec

from backend.loyalty.cards.schemas import CardView, HoldView
from frontend.kit.forms import Form
from i18n.translator import get_translator

OF_A_PURCHASE = ("amount", "order_reference", "category_ids")


class Typed(msgspec.Struct, frozen=True):
    """For a purchase on a card that is not recorded yet. Whatever else is done on the card, it stays there."""

    card_id: UUID
    fields: dict[str, list[str]]


def typed_of(form: Form, card_id: UUID | None) -> Typed | None:
    fields = {name: form.many(name) for name in OF_A_PURCHASE if form.text(name)}
    return Typed(card_id, fields) if card_id and fields else None


def take_typed(form: Form, card_id: UUID | None) -> Typed | None:
    """Out of a form that means something else by these names."""
    typed = typed_of(form, card_id)
    for name in OF_A_PURCHASE:
        form.fields.pop(name, None)
        form.lists.pop(name, None)
    return typed


def refilled(typed: Typed | None, card: CardView | None) -> Form:
    """Empty on another card."""
    fields = typed.fields if typed and card and typed.card_id == card.id else {}
    return Form({name: values[-1] for name, values in fields.items()}, fields)


def lost(typed: Typed | None, card: CardView | None, language: str) -> str:
    """What is said when another card opens; empty when nothing is lost."""
    if not typed or not typed.fields.get("amount") or (card and typed.card_id == card.id):
        return ""
    return get_translator(language).gettext("%(amount)s was not recorded.", amount=typed.fields["amount"][-1])


def hold_of(form: Form, holds: list[HoldView]) -> HoldView | None:
    """What is set aside and was to be handed over or released by this form."""
    hold_id = form.text("deed").partition(".")[2]
    return next((hold for hold in holds if str(hold.id) == hold_id), None)
