"""Mails by code: what they say by default, in the language of the reader."""

from dataclasses import dataclass

from i18n.translator import N_, get_translator

ENROLLMENT = "loyalty_enrollment"
CARD_LINK = "loyalty_card_link"
CERTIFICATE = "wallet_certificate_expiring"


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
    CERTIFICATE: Template(
        subject=N_("Orion: %(headline)s"),
        body=N_(
            "Hello %(name)s,\n\n"
            "%(what)s\n\n"
            "%(consequence)s\n\n"
            "Two steps mend it. The runbook has every command, in %(runbook)s under “%(section)s”:\n\n"
            "1. Replace the files.\n"
            "2. Restart the backend and the worker.\n\n"
            "How both wallets are at this moment: %(page_url)s"
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    body_text: str


def render(template: str, language: str, /, **values: str) -> Mail:
    """`values` as the template names them."""
    told, translator = TEMPLATES[template], get_translator(language)
    return Mail(
        subject=" ".join(translator.gettext(told.subject, **values).split()),
        body_text=translator.gettext(told.body, **values),
    )
