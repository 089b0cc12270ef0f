"""Converts the form of a return into the body of the API call."""

from typing import TypeVar
from uuid import UUID

from backend.loyalty.ledger.schemas.returns import OrderQuestion, OrderReturn, Void
from frontend.kit.forms import Form, FormError, body_of
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.money import AmountError, parse_amount
from i18n.translator import get_translator

B = TypeVar("B", bound=Void)

PIECES_MAX = 20
"""The API's own limit."""


def void_of(request: Request, form: Form) -> Void:
    """Raises FormError. Without an amount the whole rest is voided."""
    return _body(request, Void, _parts(request, form), form)


def order_return_of(request: Request, form: Form) -> OrderReturn:
    """Raises FormError. Limited to the transactions that were shown."""
    transactions = {"transaction_ids": form.many("transaction_ids") or None}
    values = _parts(request, form) | transactions | {"order_reference": _order_reference(request, form)}
    return _body(request, OrderReturn, values, form)


def order_question_of(request: Request, form: Form) -> OrderQuestion:
    """Raises FormError."""
    reference, cents = _order_reference(request, form), _part(request, form)
    _ = get_translator(language_of(request)).gettext
    values = {"order_reference": reference, "amount_cents": cents}
    return body_of(OrderQuestion, values, _("Enter the receipt number"))


def _order_reference(request: Request, form: Form) -> str:
    if not form.text("order_reference"):
        _ = get_translator(language_of(request)).gettext
        raise FormError("order_reference", _("Enter the receipt number"))
    return form.text("order_reference")


def card_id_of(form: Form, name: str = "card_id") -> UUID | None:
    try:
        return UUID(form.text(name))
    except ValueError:
        return None


def pieces_of(request: Request, form: Form, name: str) -> int | None:
    """Raises FormError. None when the field is empty."""
    text = form.text(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= PIECES_MAX):
        _ = get_translator(language_of(request)).gettext
        raise FormError(name, _("Enter the quantity, like 2."))
    return int(text)


def _parts(request: Request, form: Form) -> dict[str, object]:
    return {"amount_cents": _part(request, form), "quantity": pieces_of(request, form, "quantity")}


def cents_of(request: Request, form: Form) -> int:
    """Raises FormError."""
    try:
        return parse_amount(form.text("amount"))
    except AmountError as error:
        _ = get_translator(language_of(request)).gettext
        sentence = _("This amount is too large.") if error.reason == "too_large" else _("Enter the amount, like 12,50.")
        raise FormError("amount", sentence) from error


def _part(request: Request, form: Form) -> int | None:
    return cents_of(request, form) if form.text("amount") else None


def _body(request: Request, schema: type[B], values: dict[str, object], form: Form) -> B:
    _ = get_translator(language_of(request)).gettext
    approval = {"reason": form.optional("reason"), "staff_pin": form.optional("staff_pin")}
    return body_of(schema, values | approval, _("A PIN has 4 to 8 digits."))
