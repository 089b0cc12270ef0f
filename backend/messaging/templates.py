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
        subject=N_("Your %(merchant)s card"),
        body=N_(
            "Hello %(name)s,\n\nWelcome! Your %(merchant)s card is ready. Show it whenever you "
            "shop:\n\n%(page_url)s\n\nCard code: %(code)s\n\nKeep this link private: anyone who has it can see your "
            "card."
        ),
    ),
    CARD_LINK: Template(
        subject=N_("Your %(merchant)s card: new link"),
        body=N_(
            "Hello %(name)s,\n\nSomeone, probably you, asked for the link to your %(merchant)s "
            "card:\n\n%(page_url)s\n\nIf it wasn’t you, you can ignore this email."
        ),
    ),
    CERTIFICATE: Template(
        subject=N_("Orion: %(headline)s"),
        body=N_(
            "Hello %(name)s,\n\n%(what)s\n\n%(consequence)s\n\nTwo steps fix this. The runbook has every command, in "
            "%(runbook)s under “%(section)s”:\n\n1. Replace the files.\n2. Restart the backend and the "
            "worker.\n\nCurrent wallet status: %(page_url)s"
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
