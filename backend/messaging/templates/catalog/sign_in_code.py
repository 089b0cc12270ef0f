from typing import Annotated

from backend.messaging.templates.blocks import Greeting, Heading, Highlight, Link, Paragraph, SmallPrint
from backend.messaging.templates.declaration import Facts, MailTemplate, MailValues
from backend.messaging.templates.facts import CustomerFacts, MerchantFacts
from backend.messaging.templates.kinds import MinuteCount, Text, Url
from backend.messaging.templates.samples import NOT_ME_URL, SamplePerson
from i18n.translator import N_


class SignInFacts(Facts, frozen=True):
    code: Annotated[Text, N_("The code to enter")]
    minutes: Annotated[MinuteCount, N_("How long the code is valid")]
    not_me_url: Annotated[Url, N_("Ends the code, for a reader who did not ask for it")]


class SignInCodeValues(MailValues, frozen=True):
    merchant: MerchantFacts
    customer: CustomerFacts
    sign_in: SignInFacts


def sample(person: SamplePerson) -> SignInCodeValues:
    return SignInCodeValues(
        merchant=MerchantFacts(person.merchant),
        customer=CustomerFacts(person.first_name),
        sign_in=SignInFacts("482 913", 10, NOT_ME_URL),
    )


SIGN_IN_CODE = MailTemplate(
    code="sign_in_code",
    name=N_("Sign-in code"),
    occasion=N_("Sent when a customer signs in"),
    category="account",
    values=SignInCodeValues,
    sample=sample,
    subject=N_("Your sign-in code"),
    preheader=N_("Valid for %(valid_for)s, for one sign-in."),
    blocks=[
        Heading(N_("Your sign-in code")),
        Greeting("customer.first_name"),
        Paragraph(N_("Enter this code to sign in at %(merchant)s:")),
        Highlight("%(code)s"),
        Paragraph(N_("It is valid for %(valid_for)s and works once.")),
        SmallPrint(N_("Never pass the code on: we do not ask for it. If you did not ask for it yourself, end it:")),
        Link(N_("This was not me"), "sign_in.not_me_url"),
    ],
    reason=N_("You get this email because someone, probably you, wants to sign in with this address."),
    placeholders={"merchant": "merchant.name", "code": "sign_in.code", "valid_for": "sign_in.minutes"},
    required=frozenset({"sign_in.code"}),
)
