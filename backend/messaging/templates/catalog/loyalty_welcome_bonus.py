from typing import Annotated

from backend.messaging.templates.blocks import Button, Greeting, Heading, Highlight, Paragraph, When
from backend.messaging.templates.declaration import Facts, MailTemplate
from backend.messaging.templates.facts import LoyaltyValues, loyalty_placeholders, sample_facts
from backend.messaging.templates.kinds import PointCount
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_


class BonusFacts(Facts, frozen=True):
    points: Annotated[PointCount, N_("Points of the welcome bonus")]


class WelcomeBonusValues(LoyaltyValues, frozen=True):
    bonus: BonusFacts


def sample(person: SamplePerson) -> WelcomeBonusValues:
    return WelcomeBonusValues(**sample_facts(person), bonus=BonusFacts(person.points))


LOYALTY_WELCOME_BONUS = MailTemplate(
    code="loyalty_welcome_bonus",
    name=N_("Welcome bonus"),
    occasion=N_("Sent right after enrollment when the customer gets a welcome bonus"),
    category="loyalty",
    values=WelcomeBonusValues,
    sample=sample,
    subject=N_("Your welcome gift: %(bonus)s"),
    preheader=N_("Already on your %(merchant)s card."),
    blocks=[
        Heading(N_("A gift to start with")),
        Greeting("customer.first_name"),
        Paragraph(N_("Welcome to %(merchant)s! Your gift is already on your card:")),
        Highlight("%(bonus)s"),
        When(
            "reward.ready",
            [Paragraph(N_("That is enough for your first reward: %(ready)s. Just ask at the till."))],
            [When("reward.next", [Paragraph(N_("%(points_to_go)s to go until your first reward: %(next)s."))])],
        ),
        Button(N_("See your rewards"), "card.url"),
    ],
    reason=N_("You get this email because you have enrolled in the program of %(merchant)s."),
    placeholders=loyalty_placeholders("merchant", "ready", "next", "points_to_go", bonus="bonus.points"),
    required=frozenset({"bonus.points"}),
)
