from typing import Annotated

from backend.messaging.templates.blocks import Button, Greeting, Heading, Paragraph, SmallPrint, When
from backend.messaging.templates.declaration import Facts, MailTemplate, MailValues
from backend.messaging.templates.facts import UserFacts
from backend.messaging.templates.kinds import Text, Url
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_


class AccountChangeFacts(Facts, frozen=True):
    headline: Annotated[Text, N_("What was changed, as a sentence in the reader’s language")]
    moment: Annotated[Text, N_("When it was changed: day and time")]
    browser: Annotated[Text | None, N_("The browser in which it was changed; empty when it is not known")]
    reset_url: Annotated[Url, N_("The page where a new password is chosen")]


class AccountChangedValues(MailValues, frozen=True):
    user: UserFacts
    change: AccountChangeFacts


def sample(person: SamplePerson) -> AccountChangedValues:
    return AccountChangedValues(
        user=UserFacts(person.first_name),
        change=AccountChangeFacts(
            headline=person.reads(N_("Your password was changed")),
            moment=person.evening,
            browser="Firefox · Windows",
            reset_url="https://cards.example/forgotten",
        ),
    )


ACCOUNT_CHANGED = MailTemplate(
    code="account_changed",
    name=N_("Account changed"),
    occasion=N_("Sent when the password, a second factor or the recovery codes of a user have changed"),
    category="account",
    values=AccountChangedValues,
    sample=sample,
    subject=N_("%(platform)s: %(headline)s"),
    preheader=N_("If it was not you, please read on."),
    blocks=[
        Heading("%(headline)s"),
        Greeting("user.name"),
        Paragraph(N_("When: %(moment)s")),
        When("change.browser", [Paragraph(N_("Where: %(browser)s"))]),
        Paragraph(N_("If it was you, there is nothing to do.")),
        Paragraph(
            N_(
                "If it was not you, choose a new password now. This ends all your sessions. Then sign in, open "
                "“Your account”, and remove every passkey and every authenticator app that is not yours."
            )
        ),
        Button(N_("Choose a new password"), "change.reset_url"),
        SmallPrint(N_("If you cannot sign in, ask the operator of %(platform)s for help.")),
    ],
    reason=N_("You get this email because you have an account at %(platform)s with this address."),
    placeholders={
        "headline": "change.headline",
        "moment": "change.moment",
        "browser": "change.browser",
        "platform": "platform.name",
    },
    required=frozenset({"change.headline", "change.reset_url"}),
)
