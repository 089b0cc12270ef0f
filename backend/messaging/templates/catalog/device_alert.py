from typing import Annotated

from backend.messaging.templates.blocks import Button, Greeting, Heading, Paragraph, SmallPrint
from backend.messaging.templates.declaration import Facts, MailTemplate, MailValues
from backend.messaging.templates.facts import UserFacts
from backend.messaging.templates.kinds import Text, Url
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_


class DeviceAlertFacts(Facts, frozen=True):
    headline: Annotated[Text, N_("What has happened, as a sentence in the reader’s language")]
    name: Annotated[Text, N_("The name of the tablet")]
    store: Annotated[Text, N_("The store of the tablet")]
    moment: Annotated[Text, N_("When it happened: day and time")]
    url: Annotated[Url, N_("The page with the merchant’s tablets")]


class DeviceAlertValues(MailValues, frozen=True):
    user: UserFacts
    device: DeviceAlertFacts


def sample(person: SamplePerson) -> DeviceAlertValues:
    return DeviceAlertValues(
        user=UserFacts(person.first_name),
        device=DeviceAlertFacts(
            headline=person.reads(N_("A tablet was suspended: PINs of several people were locked on it")),
            name="Counter left",
            store="Fashion Hub",
            moment=person.evening,
            url="https://cards.example/office/devices",
        ),
    )


DEVICE_ALERT = MailTemplate(
    code="device_alert",
    name=N_("Alert about a tablet"),
    occasion=N_("Sent to owners when wrong PINs were entered again and again on one of their tablets"),
    category="account",
    values=DeviceAlertValues,
    sample=sample,
    subject=N_("%(platform)s: %(headline)s"),
    preheader=N_("Please check whether the tablet is where it belongs."),
    blocks=[
        Heading("%(headline)s"),
        Greeting("user.name"),
        Paragraph(N_("Tablet: %(device_name)s, %(store)s")),
        Paragraph(N_("When: %(moment)s")),
        Paragraph(
            N_(
                "Is the tablet where it belongs? If it is gone, revoke it now: from its next connection on it opens "
                "nothing, and deletes its data."
            )
        ),
        Button(N_("Open tablets"), "device.url"),
        SmallPrint(N_("If somebody has only forgotten a PIN, resume the tablet and let them set a new one.")),
    ],
    reason=N_("You get this email because you own a merchant on %(platform)s that uses this tablet."),
    placeholders={
        "headline": "device.headline",
        "device_name": "device.name",
        "store": "device.store",
        "moment": "device.moment",
        "platform": "platform.name",
    },
    required=frozenset({"device.headline", "device.name", "device.url"}),
)
