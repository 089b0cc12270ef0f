"""What this till has sent last: whether a command is the same again, which the ledger cannot know."""

import time
from uuid import UUID

from backend.loyalty.ledger.schemas import TransactionView
from frontend.kit.forms import Form
from frontend.kit.request import Request
from i18n.money import AmountError, parse_amount

LAST, UNANSWERED = "last_booking", "unanswered_booking"
SAME_SECONDS = 2
"""Whoever means the same again so soon has pressed twice."""
UNANSWERED_SECONDS = 120
"""Longer than any booking is under way."""


def remember_booking(request: Request, card_id: UUID, form: Form) -> None:
    """Of another command of this form nobody knows more than before."""
    command = _command(form.text("deed"), cents_of(form))
    if command == (request.session.get(UNANSWERED) or ("", ""))[1]:
        forget_unanswered(request, form.text("idem"))
    _remember(request, card_id, command)


def remember_found(request: Request, card_id: UUID, deed: str, booking: TransactionView | None) -> None:
    """A booking whose answer was lost, when the till hears that it stands: the form is a new one from now on."""
    _remember(request, card_id, _command(deed, booking.purchase_amount_cents if booking else None))


def remember_unanswered(request: Request, card_id: UUID, form: Form) -> None:
    command = _command(form.text("deed"), cents_of(form))
    request.session[UNANSWERED] = [str(card_id), command, form.text("idem"), time.time()]


def forget_unanswered(request: Request, idem: str) -> None:
    """It is known what became of it."""
    if UNANSWERED in request.session and request.session[UNANSWERED][2] == idem:
        del request.session[UNANSWERED]


def is_repeated(request: Request, card_id: UUID, form: Form) -> bool:
    card, command, at = request.session.get(LAST) or ("", "", 0.0)
    return (card, command) == _sent(card_id, form) and time.time() - at <= SAME_SECONDS


def is_unanswered(request: Request, card_id: UUID, form: Form) -> bool:
    """The same was sent under another key. Under its own it may be pressed as often as anybody likes."""
    card, command, idem, at = request.session.get(UNANSWERED) or ("", "", "", 0.0)
    is_recent = time.time() - at <= UNANSWERED_SECONDS
    return is_recent and idem != form.text("idem") and (card, command) == _sent(card_id, form)


def cents_of(form: Form) -> int | None:
    try:
        return parse_amount(form.text("amount"))
    except AmountError:
        return None


def _remember(request: Request, card_id: UUID, command: str) -> None:
    request.session[LAST] = [str(card_id), command, time.time()]


def _sent(card_id: UUID, form: Form) -> tuple[str, str]:
    return str(card_id), _command(form.text("deed"), cents_of(form))


def _command(deed: str, cents: int | None) -> str:
    name = deed.partition(".")[0]
    return f"{name} {cents}" if name == "points" else name
