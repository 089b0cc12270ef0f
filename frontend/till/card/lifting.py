"""A booking that a limit refused, and the owner who lifts the limit for it with a PIN of their own."""

import msgspec

from backend.loyalty.ledger.schemas.fields import Override
from backend.loyalty.till.schemas import TillView
from frontend.api.client import BackendProblem, Caller
from frontend.api.till import verify_pin
from frontend.kit.forms import Form, FormError, body_of, errors_of
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.till.messages import TillMessages
from i18n.money import AmountError, parse_amount
from i18n.translator import get_translator

LIMIT_REACHED = "limit_reached"
EMAIL, PIN, OWN_PIN = "override.email", "override.pin", "staff_pin"
FIELDS = {EMAIL, PIN, OWN_PIN}
FIELD_OF_CODE = {"override_refused": EMAIL, "pin_invalid": PIN, "pin_locked": PIN, "pin_not_set": PIN}
"""The own PIN is verified before, so that these are about the owner's."""
NOT_REPEATED = FIELDS | {"_csrf_token", "idem", "deed"}


class Lifting(msgspec.Struct, frozen=True):
    """The refused booking, as it is sent again."""

    deed: str
    what: str
    """What the owner agrees to: an amount of money, or the name of what is handed over."""
    fields: list[tuple[str, str]]
    asks_own_pin: bool
    is_open: bool


def is_lifted(form: Form) -> bool:
    """Whether the form is the one with the owner's fields."""
    return PIN in form.fields


def override_of(request: Request, form: Form) -> Override | None:
    """Raises FormError."""
    if not is_lifted(form):
        return None
    _ = get_translator(language_of(request)).gettext
    if not form.text(EMAIL):
        raise FormError(EMAIL, _("Enter the owner’s email address."))
    try:
        return body_of(Override, {"email": form.text(EMAIL), "pin": form.text(PIN)}, _("A PIN has 4 to 8 digits."))
    except FormError as error:
        raise FormError(f"override.{error.field}", error.sentence) from error


async def verify_own_pin(caller: Caller, form: Form) -> None:
    """With two PINs in one form a refusal would not say which is wrong. Raises FormError."""
    if not (is_lifted(form) and form.text(OWN_PIN)):
        return
    try:
        await verify_pin(caller, form.text(OWN_PIN))
    except BackendProblem as problem:
        if problem.code not in FIELD_OF_CODE:
            raise
        raise FormError(OWN_PIN, problem.sentence) from problem


def lifting_errors(request: Request, form: Form, problem: BackendProblem) -> dict[str, str]:
    """Field → sentence, as `errors_of`, where the owner's PIN may be what is wrong."""
    if not is_lifted(form) or problem.code not in FIELD_OF_CODE:
        return errors_of(problem)
    if problem.code == "pin_not_set":
        return {PIN: get_translator(language_of(request)).gettext("This person has no PIN yet.")}
    return {FIELD_OF_CODE[problem.code]: problem.sentence}


def lifting_of(request: Request, view: TillView, form: Form) -> Lifting:
    return Lifting(
        form.text("deed"),
        _what(form, view, TillMessages(language_of(request), view.program.timezone)),
        [(name, value) for name, values in form.lists.items() if name not in NOT_REPEATED for value in values],
        view.program.policy.staff_pin_policy == "required" or bool(form.text(OWN_PIN)),
        is_lifted(form),
    )


def _what(form: Form, view: TillView, messages: TillMessages) -> str:
    deed, _, hold_id = form.text("deed").partition(".")
    card = view.card
    if card is None or deed == "points":
        return _money(form.text("amount"), view.program.currency, messages)
    if deed == "stamp":
        return messages.translator.pgettext("what is recorded anyway", "Stamp")
    if deed == "stamp_reward":
        return card.stamp_reward or ""
    pieces = [hold for hold in card.holds if str(hold.id) == hold_id]
    if pieces:
        typed = form.text(f"quantity.{hold_id}")
        return messages.pieces(pieces[0].reward, int(typed) if typed.isdecimal() else pieces[0].quantity)
    return next((reward.name for reward in card.rewards if str(reward.id) == deed), "")


def _money(typed: str, currency: str, messages: TillMessages) -> str:
    try:
        return messages.formatter.money(parse_amount(typed), currency)
    except AmountError:
        return typed
