"""Value never moves by accident: what looks like a slip of the finger is asked about before it is booked."""

import time
from uuid import UUID

import msgspec

from frontend.kit.forms import Form, FormError
from frontend.kit.reader import language_of
from frontend.kit.request import Request
from frontend.till.card.lifting import is_lifted
from i18n.formatting import get_formatter
from i18n.money import AmountError, parse_amount
from i18n.translator import get_translator

LAST = "last_booking"
SAME_SECONDS = 2
"""Whoever means the same again so soon has pressed twice."""
SURPRISING_CENTS = 100_000
"""From 1,000.00 on: `4150` was often meant as 41.50."""


class Asked(msgspec.Struct, frozen=True):
    """The button that books what was asked about; its key is not the one that led here."""

    deed: str
    label: str


class Doubt(FormError):
    def __init__(self, field: str, sentence: str, asked: Asked) -> None:
        super().__init__(field, sentence)
        self.asked = asked


def ask_when_doubtful(request: Request, card_id: UUID, form: Form) -> None:
    """Raises Doubt, unless the button of an earlier one was pressed. The owner who lifts a limit has seen what for."""
    deed, _, confirmed = form.text("deed").partition(".")
    if is_lifted(form) or deed in {"confirm", "release", "relink"}:
        return
    if deed == "points":
        _ask_about_amount(request, card_id, form, confirmed)
    elif confirmed != "again" and _is_repeated(request, card_id, form):
        gettext = get_translator(language_of(request)).gettext
        sentence = gettext("The same was recorded on this card a moment ago.")
        raise Doubt("", sentence, Asked(f"{deed}.again", gettext("Record it again")))


def remember_booking(request: Request, card_id: UUID, form: Form) -> None:
    request.session[LAST] = [str(card_id), _command(form), time.time()]


def _ask_about_amount(request: Request, card_id: UUID, form: Form, confirmed: str) -> None:
    cents, gettext = _cents(form), get_translator(language_of(request)).gettext
    if cents is None or confirmed == str(cents):
        return
    shown = get_formatter(language_of(request)).money(cents)
    asked = Asked(f"points.{cents}", gettext("Record %(amount)s", amount=shown))
    if cents >= SURPRISING_CENTS:
        raise Doubt("amount", gettext("Is %(amount)s right?", amount=shown), asked)
    if _is_repeated(request, card_id, form):
        sentence = gettext("%(amount)s was recorded on this card a moment ago.", amount=shown)
        raise Doubt("amount", sentence, asked)


def _is_repeated(request: Request, card_id: UUID, form: Form) -> bool:
    card, command, at = request.session.get(LAST) or ("", "", 0.0)
    return (card, command) == (str(card_id), _command(form)) and time.time() - at <= SAME_SECONDS


def _command(form: Form) -> str:
    deed = form.text("deed").partition(".")[0]
    return f"{deed} {_cents(form)}" if deed == "points" else deed


def _cents(form: Form) -> int | None:
    try:
        return parse_amount(form.text("amount"))
    except AmountError:
        return None
