from backend.messaging.templates.blocks import Button, Greeting, Heading, Paragraph, When
from backend.messaging.templates.declaration import MailTemplate
from backend.messaging.templates.facts import LoyaltyValues, loyalty_placeholders, sample_facts
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_, PN_


class BirthdayValues(LoyaltyValues, frozen=True):
    pass


def sample(person: SamplePerson) -> BirthdayValues:
    return BirthdayValues(**sample_facts(person))


LOYALTY_BIRTHDAY = MailTemplate(
    code="loyalty_birthday",
    # NOTE: noun: wishes for a birthday
    name=PN_("name of an email", "Birthday"),
    occasion=N_("Sent on a customer’s birthday, if the customer has agreed to such emails"),
    category="loyalty",
    values=BirthdayValues,
    sample=sample,
    subject=N_("Happy birthday from %(merchant)s"),
    preheader=N_("All the best for the year ahead."),
    blocks=[
        Heading(N_("Happy birthday!")),
        Greeting("customer.first_name"),
        Paragraph(N_("Everyone at %(merchant)s wishes you a wonderful birthday and all the best for the year ahead.")),
        When(
            "reward.ready",
            [Paragraph(N_("A reward is waiting for you: %(ready)s. Just ask at the till."))],
            [When("balance.points", [Paragraph(N_("Waiting on your card: %(points_on_card)s."))])],
        ),
        Button(N_("See your rewards"), "card.url"),
    ],
    reason=N_("You get this email because you agreed to birthday wishes and news from %(merchant)s."),
    placeholders=loyalty_placeholders("merchant", "points_on_card", "ready"),
    required=frozenset(),
    kind="marketing",
)
