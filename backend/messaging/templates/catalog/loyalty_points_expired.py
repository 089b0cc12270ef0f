from typing import Annotated

from backend.messaging.templates.blocks import Button, Greeting, Heading, Paragraph, When
from backend.messaging.templates.declaration import Facts, MailTemplate
from backend.messaging.templates.facts import LoyaltyValues, loyalty_placeholders, sample_facts
from backend.messaging.templates.kinds import PointCount
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_


class ExpiredFacts(Facts, frozen=True):
    points: Annotated[PointCount, N_("Points that have expired")]


class PointsExpiredValues(LoyaltyValues, frozen=True):
    expired: ExpiredFacts


def sample(person: SamplePerson) -> PointsExpiredValues:
    return PointsExpiredValues(**sample_facts(person), expired=ExpiredFacts(person.missing_points))


LOYALTY_POINTS_EXPIRED = MailTemplate(
    code="loyalty_points_expired",
    name=N_("Points have expired"),
    occasion=N_("Sent when more than a few points have expired"),
    category="loyalty",
    values=PointsExpiredValues,
    sample=sample,
    subject=N_("%(expired)s expired"),
    preheader=N_("Your %(merchant)s card stays valid."),
    blocks=[
        Heading(N_("Some of your points have expired")),
        Greeting("customer.first_name"),
        Paragraph(N_("The time to use %(expired)s on your %(merchant)s card is over.")),
        When(
            "balance.points",
            [Paragraph(N_("Still on your card: %(points_on_card)s."))],
            [Paragraph(N_("Your card stays valid: every purchase adds new points."))],
        ),
        When("reward.ready", [Paragraph(N_("That is enough for a reward: %(ready)s. Just ask at the till."))]),
        Button(N_("Open your card"), "card.url"),
    ],
    reason=N_("You get this email because you have a card of %(merchant)s."),
    placeholders=loyalty_placeholders("merchant", "points_on_card", "ready", expired="expired.points"),
    required=frozenset({"expired.points"}),
)
