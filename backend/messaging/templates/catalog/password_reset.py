from typing import Annotated

from backend.messaging.templates.blocks import Button, Greeting, Heading, Paragraph, SmallPrint
from backend.messaging.templates.declaration import Facts, MailTemplate, MailValues
from backend.messaging.templates.facts import UserFacts
from backend.messaging.templates.kinds import MinuteCount, Url
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_


class ResetFacts(Facts, frozen=True):
    url: Annotated[Url, N_("The page for a new password; works once")]
    minutes: Annotated[MinuteCount, N_("How long the link is valid")]


class PasswordResetValues(MailValues, frozen=True):
    user: UserFacts
    reset: ResetFacts


def sample(person: SamplePerson) -> PasswordResetValues:
    return PasswordResetValues(
        user=UserFacts(person.first_name), reset=ResetFacts("https://cards.example/password/sample", 60)
    )


PASSWORD_RESET = MailTemplate(
    code="password_reset",
    name=N_("New password"),
    occasion=N_("Sent when a user has forgotten the password"),
    category="account",
    values=PasswordResetValues,
    sample=sample,
    subject=N_("Choose a new password"),
    preheader=N_("The link is valid for %(valid_for)s."),
    blocks=[
        Heading(N_("Choose a new password")),
        Greeting("user.name"),
        Paragraph(N_("Someone, probably you, asked for a new password for your account at %(platform)s.")),
        Button(N_("Choose a new password"), "reset.url"),
        Paragraph(N_("The link is valid for %(valid_for)s and works once.")),
        SmallPrint(N_("If it wasn’t you, you can ignore this email: your password stays as it is.")),
    ],
    reason=N_("You get this email because you have an account at %(platform)s with this address."),
    placeholders={"valid_for": "reset.minutes", "platform": "platform.name"},
    required=frozenset({"reset.url"}),
)
