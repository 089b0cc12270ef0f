"""The sentence of a field's error, in the reader's language, by its code."""

import msgspec

from backend.core.schemas import FieldError
from i18n.formatting import get_formatter
from i18n.translator import N_, NN_, get_translator

WRONG = N_("This value cannot be used.")
SENTENCES: dict[str, str | tuple[str, str]] = {
    "required": N_("Please fill this in."),
    "too_long": NN_("Enter at most %(most)s character.", "Enter at most %(most)s characters."),
    "too_short": NN_("Enter at least %(least)s character.", "Enter at least %(least)s characters."),
    "too_many": NN_("Choose at most %(most)s entry.", "Choose at most %(most)s entries."),
    "too_few": NN_("Choose at least %(least)s entry.", "Choose at least %(least)s entries."),
    "too_small": N_("Enter at least %(least)s."),
    "too_large": N_("Enter at most %(most)s."),
    "not_one_of": N_("Choose one of %(choices)s."),
    "unknown_field": N_("There is no such field."),
    "unknown_parameter": N_("There is no such parameter."),
    "invalid_characters": N_("This contains characters that cannot be used."),
}
BETWEEN = N_("Enter a whole number from %(least)s to %(most)s.")
BY_EXPECTED = {
    "integer": N_("Enter a whole number."),
    "number": N_("Enter a number."),
    "string": N_("Enter a text."),
    "boolean": N_("Choose yes or no."),
    "array": N_("Send a list."),
    "object": N_("Send an object."),
    "date": N_("Enter a date."),
    "date-time": N_("Send a time such as 2026-11-30T18:20:00Z."),
    "uuid": N_("Send an id such as 0199aa00-0000-7000-8000-000000000000."),
    "email": N_("Enter your email address, like marie@example.com."),
    "phone": N_("Enter the phone number in digits, like +352 621 123 456."),
    "name": N_("Enter a name only, without web addresses and phone numbers."),
    "line": N_("Enter one line with at least one letter or digit."),
    "text": N_("Enter at least one letter or digit."),
    "pin": N_("A PIN has 4 to 8 digits."),
    "one-time-code": N_("Enter the six digits of the code."),
    "country": N_("Enter the two letters of the country, like LU."),
    "lowercase-code": N_("Use small letters, digits and single hyphens only."),
    "uppercase-code": N_("Use 2 to 40 capital letters and digits only."),
    "printable": N_("This contains characters that cannot be used."),
    "search": N_("Enter at least two characters."),
}
"""For `wrong_type` and `invalid_format`."""


def with_sentence(error: FieldError, language: str) -> FieldError:
    """The error with its detail translated."""
    translator, number = get_translator(language), get_formatter(language).number
    if error.detail:
        return msgspec.structs.replace(error, detail=translator.gettext(error.detail))
    least, most = error.min, error.max
    if least is not None and most is not None:
        between = translator.gettext(BETWEEN, least=number(least), most=number(most))
        return msgspec.structs.replace(error, detail=between)
    sentence = SENTENCES.get(error.code) or BY_EXPECTED.get(error.expected, WRONG)
    if isinstance(sentence, tuple):
        count = (most if least is None else least) or 0
        detail = translator.ngettext(*sentence, count, least=number(count), most=number(count))
    else:
        values = {"least": number(least or 0), "most": number(most or 0), "choices": ", ".join(error.allowed)}
        detail = translator.gettext(sentence, **values)
    return msgspec.structs.replace(error, detail=detail)
