"""Mails by code: what they say by default, in the language of the reader."""

from dataclasses import dataclass

from i18n.translator import N_, get_translator

ENROLLMENT = "loyalty_enrollment"
CARD_LINK = "loyalty_card_link"


@dataclass(frozen=True, slots=True)
class Template:
    subject: str
    body: str


TEMPLATES = {
    ENROLLMENT: Template(
        subject=N_("Your card of %(merchant)s"),
        body=N_(
            "Hello %(name)s,\n\n"
            "welcome! Your card of %(merchant)s is ready. Show it whenever you shop:\n\n"
            "%(page_url)s\n\n"
            "Card code: %(code)s\n\n"
            "Keep this address for yourself: whoever has it sees your card."
        ),
    ),
    CARD_LINK: Template(
        subject=N_("Your card of %(merchant)s, again"),
        body=N_(
            "Hello %(name)s,\n\n"
            "somebody, we hope you, asked for the address of your card of %(merchant)s:\n\n"
            "%(page_url)s\n\n"
            "If it was not you, there is nothing to do: only you get this mail."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    body_text: str


def render(template: str, language: str, /, **values: str) -> Mail:
    """`values` as the template names them: merchant, name, code, page_url."""
    told, translator = TEMPLATES[template], get_translator(language)
    return Mail(
        subject=" ".join(translator.gettext(told.subject, **values).split()),
        body_text=translator.gettext(told.body, **values),
    )
