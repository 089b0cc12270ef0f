from typing import Annotated

from backend.messaging.templates.blocks import Button, Greeting, Heading, Paragraph, SmallPrint
from backend.messaging.templates.declaration import Facts, MailTemplate, MailValues
from backend.messaging.templates.facts import MerchantFacts, UserFacts
from backend.messaging.templates.kinds import HourCount, Text, Url
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_, PN_


class InvitationFacts(Facts, frozen=True):
    inviter: Annotated[Text, N_("Who invites")]
    url: Annotated[Url, N_("The page on which the invitation is accepted; works once")]
    hours: Annotated[HourCount, N_("How long the invitation is valid")]


class StaffInvitationValues(MailValues, frozen=True):
    merchant: MerchantFacts
    user: UserFacts
    invitation: InvitationFacts


def sample(person: SamplePerson) -> StaffInvitationValues:
    return StaffInvitationValues(
        merchant=MerchantFacts(person.merchant),
        user=UserFacts(person.first_name),
        invitation=InvitationFacts("Claire Muller", "https://cards.example/invitations/sample", 72),
    )


STAFF_INVITATION = MailTemplate(
    code="staff_invitation",
    # NOTE: noun: to become a user
    name=PN_("name of an email", "Invitation"),
    occasion=N_("Sent to somebody who is to become a user"),
    category="account",
    values=StaffInvitationValues,
    sample=sample,
    subject=N_("Your access to %(merchant)s"),
    preheader=N_("%(inviter)s invites you to %(platform)s. Accept within %(valid_for)s."),
    blocks=[
        Heading(N_("Your invitation")),
        Greeting("user.name"),
        Paragraph(N_("%(inviter)s invites you to work for %(merchant)s.")),
        Paragraph(N_("The link works once, within %(valid_for)s.")),
        Button(N_("Accept the invitation"), "invitation.url"),
        SmallPrint(N_("If you do not know why you get it, ignore this email: without you nothing happens.")),
    ],
    reason=N_("You get this email because %(inviter)s has entered your address."),
    placeholders={
        "merchant": "merchant.name",
        "inviter": "invitation.inviter",
        "valid_for": "invitation.hours",
        "platform": "platform.name",
    },
    required=frozenset({"invitation.url"}),
)
