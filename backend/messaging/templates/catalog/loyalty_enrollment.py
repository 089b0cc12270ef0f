from typing import Annotated

from backend.messaging.templates.blocks import (
    WALLET_BUTTONS,
    Button,
    Greeting,
    Heading,
    Highlight,
    Paragraph,
    SmallPrint,
    When,
)
from backend.messaging.templates.declaration import Facts, MailTemplate, MailValues
from backend.messaging.templates.facts import CustomerFacts, MailedCardFacts, MerchantFacts, WalletFacts
from backend.messaging.templates.kinds import Url
from backend.messaging.templates.samples import UNSUBSCRIBE_URL, SamplePerson
from i18n.translator import N_, PN_


class ConsentFacts(Facts, frozen=True):
    unsubscribe_url: Annotated[
        Url | None, N_("Stops birthday emails and news; empty when the customer has not agreed to them")
    ]


class EnrollmentValues(MailValues, frozen=True):
    merchant: MerchantFacts
    customer: CustomerFacts
    card: MailedCardFacts
    wallet: WalletFacts
    consent: ConsentFacts


def sample(person: SamplePerson) -> EnrollmentValues:
    return EnrollmentValues(
        merchant=MerchantFacts(person.merchant),
        customer=CustomerFacts(person.first_name),
        card=MailedCardFacts(person.card_code, person.card_url),
        wallet=WalletFacts(person.google_url, person.apple_url),
        consent=ConsentFacts(UNSUBSCRIBE_URL if person.google_url else None),
    )


LOYALTY_ENROLLMENT = MailTemplate(
    code="loyalty_enrollment",
    # NOTE: noun: the first email to a customer
    name=PN_("name of an email", "Welcome"),
    occasion=N_("Sent to a customer right after enrollment"),
    category="loyalty",
    values=EnrollmentValues,
    sample=sample,
    subject=N_("Your %(merchant)s card"),
    preheader=N_("Your card is ready. Show it whenever you shop."),
    blocks=[
        Heading(N_("Your %(merchant)s card")),
        Greeting("customer.first_name"),
        Paragraph(N_("Welcome! Your %(merchant)s card is ready. Show it whenever you shop:")),
        Button(N_("Open your card"), "card.url"),
        *WALLET_BUTTONS,
        Highlight(N_("Card code: %(code)s")),
        SmallPrint(N_("Keep this link private: anyone who has it can see your card.")),
        When(
            "consent.unsubscribe_url",
            [SmallPrint(N_("As agreed, you will also get birthday wishes and news. “Unsubscribe” below stops them."))],
        ),
    ],
    reason=N_("You get this email because you have enrolled in the program of %(merchant)s."),
    placeholders={"merchant": "merchant.name", "code": "card.code"},
    required=frozenset({"card.url"}),
)
