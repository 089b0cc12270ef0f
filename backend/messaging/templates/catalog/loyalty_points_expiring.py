from typing import Annotated

from backend.messaging.templates.blocks import Button, Greeting, Heading, Paragraph, SmallPrint, When
from backend.messaging.templates.declaration import Facts, MailTemplate
from backend.messaging.templates.facts import LoyaltyValues, loyalty_placeholders, sample_facts
from backend.messaging.templates.kinds import Day, PointCount
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_


class ExpiryFacts(Facts, frozen=True):
    points: Annotated[PointCount, N_("Points that expire")]
    last_day: Annotated[Day, N_("The last day on which they can be used")]
    visit_by: Annotated[Day | None, N_("The last day on which a purchase keeps them; empty when a purchase does not")]


class PointsExpiringValues(LoyaltyValues, frozen=True):
    expiry: ExpiryFacts


def sample(person: SamplePerson) -> PointsExpiringValues:
    visit_by = person.day if person.google_url else None
    return PointsExpiringValues(**sample_facts(person), expiry=ExpiryFacts(person.points, person.day, visit_by))


LOYALTY_POINTS_EXPIRING = MailTemplate(
    code="loyalty_points_expiring",
    name=N_("Points expire soon"),
    occasion=N_("Sent 14 days before points expire"),
    category="loyalty",
    values=PointsExpiringValues,
    sample=sample,
    subject=N_("Use %(expiring)s by %(day)s"),
    preheader=N_("See what you can get for them at %(merchant)s."),
    blocks=[
        Heading(N_("Your points expire soon")),
        Greeting("customer.first_name"),
        Paragraph(N_("%(expiring)s on your %(merchant)s card can be used until %(day)s. What is left then expires.")),
        When(
            "reward.ready",
            [Paragraph(N_("You have enough for a reward now: %(ready)s. Just ask at the till."))],
            [When("reward.next", [Paragraph(N_("%(points_to_go)s to go until your next reward: %(next)s."))])],
        ),
        Button(N_("See your rewards"), "card.url"),
        When("expiry.visit_by", [SmallPrint(N_("A purchase by %(visit_by)s keeps all your points from expiring."))]),
    ],
    reason=N_("You get this email because you have a card of %(merchant)s."),
    placeholders=loyalty_placeholders(
        "merchant",
        "ready",
        "next",
        "points_to_go",
        expiring="expiry.points",
        day="expiry.last_day",
        visit_by="expiry.visit_by",
    ),
    required=frozenset({"expiry.points", "expiry.last_day"}),
)
