"""Input that looks accidental must be confirmed before it is recorded."""

import msgspec

from frontend.kit.forms import FormError
from frontend.kit.preferences import language_of
from frontend.till.card.command import Command
from frontend.till.card.override import has_override
from frontend.till.card.repeats import entered_cents, is_repeated, is_unanswered
from i18n.formatting import get_formatter

SURPRISING_CENTS = 100_000
"""From 1,000.00 on: `4150` was often meant as 41.50."""


class Question(msgspec.Struct, frozen=True):
    """The button that confirms a command. Its keyboard key is another one than the command's."""

    label: str
    command: str
    value: str
    """Sent as `confirmed`."""


class AccidentalInput(FormError):
    def __init__(self, field: str, sentence: str, question: Question) -> None:
        super().__init__(field, sentence)
        self.question = question


def ask_about_repeat(command: Command) -> None:
    """Raises AccidentalInput when the same was sent a moment ago and this was not confirmed."""
    if _is_confirmed(command, "again"):
        return
    _ = command.messages.translator.gettext
    question = Question(_("Record it again"), command.name, "again")
    if is_repeated(command):
        raise AccidentalInput("", _("The same transaction was recorded on this card a moment ago."), question)
    if is_unanswered(command):
        raise AccidentalInput("", _unanswered(command), question)


def ask_about_amount(command: Command) -> None:
    """Raises AccidentalInput for a large or a repeated amount. Only the amount that was asked about is confirmed."""
    cents, _ = entered_cents(command.form), command.messages.translator.gettext
    if cents is None or _is_confirmed(command, str(cents)):
        return
    amount = get_formatter(language_of(command.request)).money(cents)
    question = Question(_("Record %(amount)s", amount=amount), command.name, str(cents))
    if cents >= SURPRISING_CENTS:
        raise AccidentalInput("amount", _("Is %(amount)s right?", amount=amount), question)
    if is_repeated(command):
        sentence = _("%(amount)s was recorded on this card a moment ago.", amount=amount)
        raise AccidentalInput("amount", sentence, question)
    if is_unanswered(command):
        raise AccidentalInput("amount", _unanswered(command), question)


def _is_confirmed(command: Command, value: str) -> bool:
    """An override confirms too: the owner has seen what is recorded."""
    return command.form.text("confirmed") == value or has_override(command.form)


def _unanswered(command: Command) -> str:
    return command.messages.translator.gettext(
        "The same transaction was sent for this card a moment ago, without an answer. "
        "The history shows whether it was recorded."
    )
