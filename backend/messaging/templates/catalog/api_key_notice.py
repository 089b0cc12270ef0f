from typing import Annotated

from backend.messaging.templates.blocks import Button, Greeting, Heading, Paragraph
from backend.messaging.templates.declaration import Facts, MailTemplate, MailValues
from backend.messaging.templates.facts import MerchantFacts, UserFacts
from backend.messaging.templates.kinds import Text, Url
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_


class ApiKeyFacts(Facts, frozen=True):
    headline: Annotated[Text, N_("What has happened, as a sentence in the reader’s language")]
    by: Annotated[Text, N_("Who has done it")]
    moment: Annotated[Text, N_("When it was done: day and time")]
    url: Annotated[Url, N_("The page on which API keys are revoked")]


class ApiKeyNoticeValues(MailValues, frozen=True):
    merchant: MerchantFacts
    user: UserFacts
    key: ApiKeyFacts


def sample(person: SamplePerson) -> ApiKeyNoticeValues:
    return ApiKeyNoticeValues(
        merchant=MerchantFacts("Fashion Group"),
        user=UserFacts(person.first_name),
        key=ApiKeyFacts(
            headline=person.reads(N_("The API key %(name)s was created"), name="Web shop"),
            by="Claire Weber",
            moment=person.evening,
            url="https://cards.example/office/api",
        ),
    )


API_KEY_NOTICE = MailTemplate(
    code="api_key_notice",
    name=N_("API key"),
    occasion=N_("Sent to the owners when an API key was created or got a new secret"),
    category="account",
    values=ApiKeyNoticeValues,
    sample=sample,
    subject=N_("%(merchant)s: %(headline)s"),
    preheader=N_("If none of you did it, please read on."),
    blocks=[
        Heading("%(headline)s"),
        Greeting("user.name"),
        Paragraph(N_("By %(name)s, %(moment)s")),
        Paragraph(N_("If one of you did it, there is nothing to do.")),
        Paragraph(N_("If not, revoke the key now: it stops with its next request. Then choose a new password.")),
        Button(N_("See the API keys"), "key.url"),
    ],
    reason=N_("You get this email because you are an owner of %(merchant)s at %(platform)s."),
    placeholders={
        "headline": "key.headline",
        "name": "key.by",
        "moment": "key.moment",
        "merchant": "merchant.name",
        "platform": "platform.name",
    },
    required=frozenset({"key.headline", "key.url"}),
)
