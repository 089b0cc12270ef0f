"""The last commands of this till, in its session: the ledger cannot know that a command was sent twice by mistake."""

import time
from uuid import UUID

from backend.loyalty.ledger.schemas import TransactionView
from frontend.kit.forms import Form
from frontend.kit.request import Request
from frontend.till.card.command import PURCHASE, Command
from i18n.money import AmountError, parse_amount

LAST, UNANSWERED = "last_booking", "unanswered_booking"
SAME_SECONDS = 2
"""The same command within this time is probably a second press."""
UNANSWERED_SECONDS = 120
"""Longer than any booking is in progress."""


def remember_booking(command: Command) -> None:
    """Another command of the same form may still be unanswered."""
    content = _content_of(command)
    if content == (command.request.session.get(UNANSWERED) or ("", ""))[1]:
        forget_unanswered(command.request, command.form.text("idem"))
    _remember(command.request, command.card_id, content)


def remember_found(request: Request, card_id: UUID, command: str, booking: TransactionView | None) -> None:
    """Remembers a booking without an answer that was recorded after all. The form on the screen is a new one now."""
    _remember(request, card_id, _content(command, booking.purchase_amount_cents if booking else None))


def remember_unanswered(command: Command) -> None:
    sent = [str(command.card_id), _content_of(command), command.form.text("idem"), time.time()]
    command.request.session[UNANSWERED] = sent


def forget_unanswered(request: Request, form_key: str) -> None:
    """For a form whose outcome is known."""
    if UNANSWERED in request.session and request.session[UNANSWERED][2] == form_key:
        del request.session[UNANSWERED]


def is_repeated(command: Command) -> bool:
    card, content, at = command.request.session.get(LAST) or ("", "", 0.0)
    return (card, content) == (str(command.card_id), _content_of(command)) and time.time() - at <= SAME_SECONDS


def is_unanswered(command: Command) -> bool:
    """Whether the same was sent from another form. The same form can be sent any number of times: it books once."""
    card, content, form_key, at = command.request.session.get(UNANSWERED) or ("", "", "", 0.0)
    is_recent = time.time() - at <= UNANSWERED_SECONDS
    is_same = (card, content) == (str(command.card_id), _content_of(command))
    return is_recent and is_same and form_key != command.form.text("idem")


def entered_cents(form: Form) -> int | None:
    try:
        return parse_amount(form.text("amount"))
    except AmountError:
        return None


def _remember(request: Request, card_id: UUID, content: str) -> None:
    request.session[LAST] = [str(card_id), content, time.time()]


def _content_of(command: Command) -> str:
    return _content(command.name, entered_cents(command.form))


def _content(command: str, cents: int | None) -> str:
    """A purchase of another amount is another command."""
    return f"{command} {cents}" if command == PURCHASE else command
