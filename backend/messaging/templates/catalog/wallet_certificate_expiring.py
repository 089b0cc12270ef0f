from typing import Annotated

from backend.messaging.templates.blocks import Button, Greeting, Heading, Paragraph, Steps
from backend.messaging.templates.declaration import Facts, MailTemplate, MailValues
from backend.messaging.templates.facts import UserFacts
from backend.messaging.templates.kinds import Text, Url
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_


class AlarmFacts(Facts, frozen=True):
    """Whole sentences in the reader's language."""

    headline: Annotated[Text, N_("What has happened, in a few words")]
    explanation: Annotated[Text, N_("What has happened, with dates and files")]
    consequence: Annotated[Text, N_("What customers notice of it")]


class RunbookFacts(Facts, frozen=True):
    file: Annotated[Text, N_("The runbook that has every command")]
    section: Annotated[Text, N_("The section of the runbook")]


class StatusPageFacts(Facts, frozen=True):
    url: Annotated[Url, N_("The page that shows the status of the wallets")]


class CertificateValues(MailValues, frozen=True):
    user: UserFacts
    alarm: AlarmFacts
    runbook: RunbookFacts
    page: StatusPageFacts


def sample(person: SamplePerson) -> CertificateValues:
    return CertificateValues(
        user=UserFacts(person.first_name),
        alarm=AlarmFacts(
            headline=person.reads(N_("Apple’s certificate for passes has expired")),
            explanation=person.reads(
                N_("The certificate in %(file)s, which identifies us to Apple, expired on %(date)s."),
                file="pass.pem",
                date=person.christmas_eve,
            ),
            consequence=person.reads(
                N_("Passes on iPhones are no longer updated, and nobody can add a card to Apple Wallet.")
            ),
        ),
        runbook=RunbookFacts("docs/runbooks/wallet-certificates.md", "Replace Apple's certificate"),
        page=StatusPageFacts("https://cards.example/admin/wallets"),
    )


WALLET_CERTIFICATE_EXPIRING = MailTemplate(
    code="wallet_certificate_expiring",
    name=N_("Wallet certificate expires"),
    occasion=N_("Sent to super admins when a certificate of a wallet expires, a key is old, or a file cannot be used"),
    category="operations",
    values=CertificateValues,
    sample=sample,
    subject=N_("%(platform)s: %(headline)s"),
    preheader=N_("Two steps fix this."),
    blocks=[
        Heading("%(headline)s"),
        Greeting("user.name"),
        Paragraph("%(what)s"),
        Paragraph("%(consequence)s"),
        Paragraph(N_("Two steps fix this. The runbook has every command, in %(runbook)s under “%(section)s”:")),
        Steps([N_("Replace the files."), N_("Restart the backend and the worker.")]),
        Button(N_("Current wallet status"), "page.url"),
    ],
    reason=N_("You get this email because you operate %(platform)s."),
    placeholders={
        "headline": "alarm.headline",
        "what": "alarm.explanation",
        "consequence": "alarm.consequence",
        "runbook": "runbook.file",
        "section": "runbook.section",
        "platform": "platform.name",
    },
    required=frozenset({"alarm.explanation"}),
)
