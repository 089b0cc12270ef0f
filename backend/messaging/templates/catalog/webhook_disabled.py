from typing import Annotated

from backend.messaging.templates.blocks import Button, Greeting, Heading, Paragraph
from backend.messaging.templates.declaration import Facts, MailTemplate, MailValues
from backend.messaging.templates.facts import UserFacts
from backend.messaging.templates.kinds import Text, Url
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_


class DisabledEndpointFacts(Facts, frozen=True):
    address: Annotated[Text, N_("The address of the endpoint")]
    merchant: Annotated[Text, N_("The name of the merchant")]
    reason: Annotated[Text, N_("Why it was disabled, as a sentence in the reader’s language")]
    moment: Annotated[Text, N_("When it was disabled: day and time")]
    url: Annotated[Url, N_("The page of the endpoint in the office")]


class WebhookDisabledValues(MailValues, frozen=True):
    user: UserFacts
    endpoint: DisabledEndpointFacts


def sample(person: SamplePerson) -> WebhookDisabledValues:
    return WebhookDisabledValues(
        user=UserFacts(person.first_name),
        endpoint=DisabledEndpointFacts(
            address="https://shop.example/orion",
            merchant=person.merchant,
            reason=person.reads(N_("It has not confirmed any event for three days.")),
            moment=person.evening,
            url="https://cards.example/office/api/webhooks/0199aa00-0000-7000-8000-000000000000",
        ),
    )


WEBHOOK_DISABLED = MailTemplate(
    code="webhook_disabled",
    name=N_("Webhook disabled"),
    occasion=N_("Sent to the owners when an endpoint for events was disabled, because it kept failing"),
    category="operations",
    values=WebhookDisabledValues,
    sample=sample,
    subject=N_("%(merchant)s: an endpoint for events was disabled"),
    preheader=N_("%(address)s gets no more events."),
    blocks=[
        Heading(N_("An endpoint gets no more events")),
        Greeting("user.name"),
        Paragraph(N_("The endpoint %(address)s of %(merchant)s was disabled on %(moment)s. %(reason)s")),
        Paragraph(
            N_(
                "Events that were waiting for it are kept for a limited time. Once the endpoint works again, activate "
                "it and send them with “Replay failed ones”."
            )
        ),
        Button(N_("Open the endpoint"), "endpoint.url"),
    ],
    reason=N_("You get this email because you are an owner of %(merchant)s."),
    placeholders={
        "address": "endpoint.address",
        "merchant": "endpoint.merchant",
        "reason": "endpoint.reason",
        "moment": "endpoint.moment",
    },
    required=frozenset({"endpoint.address", "endpoint.url"}),
)
