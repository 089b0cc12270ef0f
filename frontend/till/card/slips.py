"""Value never moves by accident: what looks like a slip of the finger is asked about before it is booked."""

from uuid import UUID

import msgspec

from frontend.kit.forms import Form, FormError
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.till.card.lifting import is_lifted
from frontend.till.card.repeats import cents_of, is_repeated, is_unanswered
from i18n.formatting import get_formatter
from i18n.translator import get_translator

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
    elif confirmed != "again":
        _ask_about_repeat(request, card_id, form, deed)


def _ask_about_repeat(request: Request, card_id: UUID, form: Form, deed: str) -> None:
    gettext = get_translator(language_of(request)).gettext
    asked = Asked(f"{deed}.again", gettext("Record it again"))
    if is_repeated(request, card_id, form):
        raise Doubt("", gettext("The same was recorded on this card a moment ago."), asked)
    if is_unanswered(request, card_id, form):
        raise Doubt("", _unanswered(request), asked)


def _ask_about_amount(request: Request, card_id: UUID, form: Form, confirmed: str) -> None:
    cents, gettext = cents_of(form), get_translator(language_of(request)).gettext
    if cents is None or confirmed == str(cents):
        return
    shown = get_formatter(language_of(request)).money(cents)
    asked = Asked(f"points.{cents}", gettext("Record %(amount)s", amount=shown))
    if cents >= SURPRISING_CENTS:
        raise Doubt("amount", gettext("Is %(amount)s right?", amount=shown), asked)
    if is_repeated(request, card_id, form):
        sentence = gettext("%(amount)s was recorded on this card a moment ago.", amount=shown)
        raise Doubt("amount", sentence, asked)
    if is_unanswered(request, card_id, form):
        raise Doubt("amount", _unanswered(request), asked)


def _unanswered(request: Request) -> str:
    return get_translator(language_of(request)).gettext(
        "The same was sent for this card a moment ago, without an answer. The history shows whether it was recorded."
    )
