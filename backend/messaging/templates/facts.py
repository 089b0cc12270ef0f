"""Facts that several templates share."""

from typing import Annotated, Any

from backend.messaging.templates.declaration import Facts, MailValues
from backend.messaging.templates.kinds import GreetedName, PointCount, Text, Url
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_


class MerchantFacts(Facts, frozen=True):
    name: Annotated[Text, N_("Your name, as customers know it")]


class CustomerFacts(Facts, frozen=True):
    first_name: Annotated[GreetedName | None, N_("The customer’s first name; empty when none was given")]


class MailedCardFacts(Facts, frozen=True):
    code: Annotated[Text, N_("The card’s code, in groups of four letters")]
    url: Annotated[Url, N_("The address of the customer’s card page; private")]


class WalletFacts(Facts, frozen=True):
    google_url: Annotated[Url | None, N_("Adds the card to Google Wallet; empty when that is not available")] = None
    apple_url: Annotated[Url | None, N_("Adds the card to Apple Wallet; empty when that is not available")] = None


class UserFacts(Facts, frozen=True):
    name: Annotated[GreetedName | None, N_("The name of the user who gets the email")]


class BalanceFacts(Facts, frozen=True):
    points: Annotated[PointCount, N_("Points on the card now")]


class RewardFacts(Facts, frozen=True):
    """Read together: a reward that is ready, and the next one."""

    ready: Annotated[Text | None, N_("The best reward that the customer can have now; empty when there is none")] = None
    next: Annotated[Text | None, N_("The next reward; empty when every reward is in reach")] = None
    missing: Annotated[PointCount | None, N_("Points that are missing for the next reward")] = None


class LoyaltyValues(MailValues, frozen=True):
    """What every email about a card can say."""

    merchant: MerchantFacts
    customer: CustomerFacts
    card: MailedCardFacts
    wallet: WalletFacts
    balance: BalanceFacts
    reward: RewardFacts


_LOYALTY_VARIABLES = {
    "merchant": "merchant.name",
    "points_on_card": "balance.points",
    "ready": "reward.ready",
    "next": "reward.next",
    "points_to_go": "reward.missing",
}


def loyalty_placeholders(*shared: str, **own: str) -> dict[str, str]:
    """The variables of placeholders: `shared` ones of `LoyaltyValues`, and the email's own."""
    return {name: _LOYALTY_VARIABLES[name] for name in shared} | own


def sample_facts(person: SamplePerson) -> dict[str, Any]:
    """The fields of `LoyaltyValues`."""
    is_ready = person.missing_points < person.points
    return {
        "merchant": MerchantFacts(person.merchant),
        "customer": CustomerFacts(person.first_name),
        "card": MailedCardFacts(person.card_code, person.card_url),
        "wallet": WalletFacts(person.google_url, person.apple_url),
        "balance": BalanceFacts(person.points),
        "reward": RewardFacts(person.reward if is_ready else None, person.reward, person.missing_points),
    }
