from backend.messaging.templates.blocks import Button, Greeting, Heading, Paragraph, SmallPrint
from backend.messaging.templates.declaration import MailTemplate, MailValues
from backend.messaging.templates.facts import CustomerFacts, MailedCardFacts, MerchantFacts
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_


class CardLinkValues(MailValues, frozen=True):
    merchant: MerchantFacts
    customer: CustomerFacts
    card: MailedCardFacts


def sample(person: SamplePerson) -> CardLinkValues:
    return CardLinkValues(
        merchant=MerchantFacts(person.merchant),
        customer=CustomerFacts(person.first_name),
        card=MailedCardFacts(person.card_code, person.card_url),
    )


LOYALTY_CARD_LINK = MailTemplate(
    code="loyalty_card_link",
    name=N_("New link to the card"),
    occasion=N_("Sent when somebody has asked for the link to a card, and when earlier links have ended"),
    category="loyalty",
    values=CardLinkValues,
    sample=sample,
    subject=N_("Your %(merchant)s card: new link"),
    preheader=N_("The link opens your card."),
    blocks=[
        Heading(N_("The link to your card")),
        Greeting("customer.first_name"),
        Paragraph(N_("Someone, probably you, asked for the link to your %(merchant)s card:")),
        Button(N_("Open your card"), "card.url"),
        SmallPrint(N_("If it wasn’t you, you can ignore this email.")),
    ],
    reason=N_("You get this email because you have a card of %(merchant)s."),
    placeholders={"merchant": "merchant.name"},
    required=frozenset({"card.url"}),
)
