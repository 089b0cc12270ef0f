"""Reads the fields of a form. An invalid field gets a sentence in `form.errors`, and the value is empty."""

from datetime import date

from frontend.kit.forms import Form
from i18n.formatting import get_formatter
from i18n.locales import LANGUAGES
from i18n.money import AmountError, parse_amount
from i18n.translator import N_, get_translator
from i18n.unseen import CONTROL

DIGITS_MAX = 12
"""More than any number needs; Python refuses to read very many."""
WRONG = N_("Check this value.")
MISSING = -1
"""Sent when the form has no version; the backend answers 412."""


class Fields:
    def __init__(self, form: Form, language: str) -> None:
        self._form, self._language = form, language

    def refuse(self, name: str, sentence: str, **values: object) -> None:
        """`sentence` is marked for translation."""
        self._form.errors[name] = get_translator(self._language).gettext(sentence, **values)

    def texts(self, name: str, longest: int) -> dict[str, str]:
        """By language: the fields `name_en`, `name_fr` … that are not empty."""
        texts = {language: self._form.text(f"{name}_{language}") for language in LANGUAGES}
        for language, text in texts.items():
            if len(text) > longest:
                self.refuse(f"{name}_{language}", N_("This text is too long."))
            elif CONTROL.search(text):
                self.refuse(f"{name}_{language}", WRONG)
        return {language: text for language, text in texts.items() if text}

    def number(self, name: str, least: int, most: int, *, is_optional: bool = False) -> int | None:
        text = self._form.text(name)
        if not text and is_optional:
            return None
        if not (is_number(text) and least <= int(text) <= most):
            number = get_formatter(self._language).number
            sentence = N_("Enter a whole number from %(least)s to %(most)s.")
            self.refuse(name, sentence, least=number(least), most=number(most))
            return None
        return int(text)

    def cents(self, name: str) -> int:
        """0 for an empty field."""
        try:
            return parse_amount(self._form.text(name))
        except AmountError as error:
            if error.reason not in {"empty", "zero"}:
                self.refuse(name, N_("Enter the amount, like 12,50."))
            return 0

    def day(self, name: str) -> date | None:
        text = self._form.text(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.refuse(name, N_("Enter a date."))
            return None


def is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX


def version_of(form: Form) -> int:
    """Of the row as the form shows it."""
    text = form.text("version")
    return int(text) if is_number(text) else MISSING


def shown(value: object) -> str:
    """In a field of a form: empty for None."""
    return "" if value is None else str(value)


def day_in(text: str) -> str:
    """The date in ISO 8601 for the address of a list, or an empty text for what is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
