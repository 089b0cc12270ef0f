from typing import Annotated

from backend.messaging.templates.blocks import Button, Greeting, Heading, Highlight, Paragraph, SmallPrint, When
from backend.messaging.templates.declaration import Facts, MailTemplate
from backend.messaging.templates.facts import LoyaltyValues, loyalty_placeholders, sample_facts
from backend.messaging.templates.kinds import StampCount, Text
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_


class StampCardFacts(Facts, frozen=True):
    target: Annotated[StampCount, N_("Stamps of a full stamp card")]
    reward: Annotated[Text | None, N_("The reward of a full stamp card; empty when it has no name")]


class RewardReadyValues(LoyaltyValues, frozen=True):
    stamp_card: StampCardFacts


def sample(person: SamplePerson) -> RewardReadyValues:
    reward = person.reward if person.first_name else None
    return RewardReadyValues(**sample_facts(person), stamp_card=StampCardFacts(person.stamps, reward))


LOYALTY_REWARD_READY = MailTemplate(
    code="loyalty_reward_ready",
    name=N_("Reward ready"),
    occasion=N_("Sent when a stamp card is full, once for each full card"),
    category="loyalty",
    values=RewardReadyValues,
    sample=sample,
    subject=N_("Your reward is ready"),
    preheader=N_("Pick it up on your next visit to %(merchant)s."),
    blocks=[
        Heading(N_("Your stamp card is full")),
        Greeting("customer.first_name"),
        Paragraph(N_("You have collected %(all_stamps)s at %(merchant)s. Your reward is ready:")),
        When(
            "stamp_card.reward",
            [Highlight("%(reward)s"), Paragraph(N_("Show your card at the till to get it."))],
            [Paragraph(N_("Show your card at the till and ask for your reward."))],
        ),
        Button(N_("Show your card"), "card.url"),
        SmallPrint(N_("No hurry: stamps do not expire, and new ones already count toward your next reward.")),
    ],
    reason=N_("You get this email because you have a card of %(merchant)s."),
    placeholders=loyalty_placeholders("merchant", all_stamps="stamp_card.target", reward="stamp_card.reward"),
    required=frozenset({"card.url"}),
)
