from typing import Annotated

from backend.messaging.templates.blocks import Heading, Paragraph, SmallPrint, When
from backend.messaging.templates.declaration import Facts, MailTemplate, MailValues
from backend.messaging.templates.kinds import Text
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_, PN_


class ConfigurationFacts(Facts, frozen=True):
    """Each with its source in parentheses, in the reader's language."""

    provider: Annotated[Text, N_("What sends the emails: smtp, sendgrid or console")]
    host: Annotated[Text | None, N_("The email server; empty for the console")]
    port: Annotated[Text | None, N_("Its port; only with SMTP")]
    encryption: Annotated[Text | None, N_("STARTTLS, TLS or none; only with SMTP")]
    user: Annotated[Text | None, N_("Who signs in at the email server; only with SMTP")]
    sender_address: Annotated[Text, N_("The address from which emails are sent")]
    sender_name: Annotated[Text, N_("The name beside that address")]
    reply_to: Annotated[Text, N_("Where replies go")]


class TestValues(MailValues, frozen=True):
    configuration: ConfigurationFacts


def sample(person: SamplePerson) -> TestValues:
    # NOTE: noun: where the value of a setting is stored
    stored = person.reads(PN_("source of a setting", "database"))
    # NOTE: noun: nobody has set the value of the setting
    default = person.reads(PN_("source of a setting", "default"))
    return TestValues(
        ConfigurationFacts(
            provider=f"smtp ({stored})",
            host=f"mail1.hosting.example ({stored})",
            port=f"587 ({stored})",
            encryption=f"STARTTLS ({stored})",
            user=f"support@cards.example ({stored})",
            sender_address=f"support@cards.example ({stored})",
            sender_name=f"Orion ({default})",
            reply_to=f"– ({default})",
        )
    )


TEST_EMAIL = MailTemplate(
    code="test_email",
    name=N_("Test email"),
    occasion=N_("Sent by the connection test and by the command that tests email"),
    category="operations",
    values=TestValues,
    sample=sample,
    subject=N_("%(platform)s: test email"),
    preheader=N_("Email works. This is the configuration that was used."),
    blocks=[
        Heading(N_("Email works")),
        Paragraph(N_("This email was sent with exactly this configuration:")),
        Paragraph(N_("Provider: %(provider)s")),
        When("configuration.host", [Paragraph(N_("Host: %(host)s"))]),
        When("configuration.port", [Paragraph(N_("Port: %(port)s"))]),
        When("configuration.encryption", [Paragraph(N_("Encryption: %(encryption)s"))]),
        When("configuration.user", [Paragraph(N_("User: %(user)s"))]),
        Paragraph(N_("Sender’s address: %(sender_address)s")),
        Paragraph(N_("Sender’s name: %(sender_name)s")),
        Paragraph(N_("Replies to: %(reply_to)s")),
        SmallPrint(N_("If nobody at your side has tested email just now, tell the operator of %(platform)s.")),
    ],
    reason=N_("You get this email because somebody has tested the settings of %(platform)s."),
    placeholders={"platform": "platform.name"}
    | {
        name: f"configuration.{name}"
        for name in ("provider", "host", "port", "encryption", "user", "sender_address", "sender_name", "reply_to")
    },
    required=frozenset({"configuration.provider", "configuration.sender_address"}),
)
