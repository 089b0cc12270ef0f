from typing import Annotated

from backend.messaging.templates.blocks import Button, Greeting, Heading, Paragraph, When
from backend.messaging.templates.declaration import Facts, MailTemplate
from backend.messaging.templates.facts import LoyaltyValues, loyalty_placeholders, sample_facts
from backend.messaging.templates.kinds import Day
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_


class VisitFacts(Facts, frozen=True):
    last_day: Annotated[Day, N_("The day of the customer’s last visit")]


class ReengagementValues(LoyaltyValues, frozen=True):
    visit: VisitFacts


def sample(person: SamplePerson) -> ReengagementValues:
    return ReengagementValues(**sample_facts(person), visit=VisitFacts(person.day))


LOYALTY_REENGAGEMENT = MailTemplate(
    code="loyalty_reengagement",
    name=N_("Long absence"),
    occasion=N_(
        "Sent once when a customer has not come for as many days as you have set, and has agreed to such emails"
    ),
    category="loyalty",
    values=ReengagementValues,
    sample=sample,
    subject=N_("We would love to see you again"),
    preheader=N_("See what is waiting on your %(merchant)s card."),
    blocks=[
        Heading(N_("It has been a while")),
        Greeting("customer.first_name"),
        Paragraph(N_("Your last visit to %(merchant)s was on %(day)s. Your card still works as before.")),
        When(
            "reward.ready",
            [Paragraph(N_("A reward is waiting for you: %(ready)s. Just ask at the till."))],
            [
                When("balance.points", [Paragraph(N_("Waiting on your card: %(points_on_card)s."))]),
                When("reward.next", [Paragraph(N_("%(points_to_go)s to go until your next reward: %(next)s."))]),
            ],
        ),
        Button(N_("See your rewards"), "card.url"),
    ],
    reason=N_("You get this email because you agreed to birthday wishes and news from %(merchant)s."),
    placeholders=loyalty_placeholders(
        "merchant",
        "points_on_card",
        "ready",
        "next",
        "points_to_go",
        day="visit.last_day",
    ),
    required=frozenset(),
    kind="marketing",
)
