"""Default mail templates by code, rendered in the reader's language."""

from dataclasses import dataclass

from i18n.translator import N_, get_translator

ENROLLMENT = "loyalty_enrollment"
CARD_LINK = "loyalty_card_link"
CERTIFICATE = "wallet_certificate_expiring"

MARKETING = {"loyalty_birthday", "loyalty_reengagement"}
"""Codes of mails that are sent only with consent, and never twice; all others are transactional."""


@dataclass(frozen=True, slots=True)
class Template:
    subject: str
    body: str


TEMPLATES = {
    ENROLLMENT: Template(
        subject=N_("Your %(merchant)s card"),
        body=N_(
            "%(greeting)s\n\n"
            "Welcome! Your %(merchant)s card is ready. Show it whenever you shop:\n\n"
            "%(page_url)s\n\n"
            "Card code: %(code)s\n\n"
            "Keep this link private: anyone who has it can see your card."
        ),
    ),
    CARD_LINK: Template(
        subject=N_("Your %(merchant)s card: new link"),
        body=N_(
            "%(greeting)s\n\n"
            "Someone, probably you, asked for the link to your %(merchant)s card:\n\n"
            "%(page_url)s\n\n"
            "If it wasn’t you, you can ignore this email."
        ),
    ),
    CERTIFICATE: Template(
        subject=N_("Orion: %(headline)s"),
        body=N_(
            "%(greeting)s\n\n"
            "%(what)s\n\n"
            "%(consequence)s\n\n"
            "Two steps fix this. The runbook has every command, in %(runbook)s under “%(section)s”:\n\n"
            "1. Replace the files.\n"
            "2. Restart the backend and the worker.\n\n"
            "Current wallet status: %(page_url)s"
        ),
    ),
}


def kind_of(template: str) -> str:
    """transactional | marketing"""
    return "marketing" if template in MARKETING else "transactional"


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    body_text: str


def render(template: str, language: str, /, *, name: str | None, **values: str) -> Mail:
    """`values`: the template's placeholders. Without a name the greeting has none."""
    source, translator = TEMPLATES[template], get_translator(language)
    greeting = translator.gettext("Hello %(name)s,", name=name) if name else translator.gettext("Hello,")
    return Mail(
        subject=" ".join(translator.gettext(source.subject, **values).split()),
        body_text=translator.gettext(source.body, greeting=greeting, **values),
    )
