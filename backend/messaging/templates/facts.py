"""Facts that several templates share."""

from typing import Annotated

from backend.messaging.templates.declaration import Facts
from backend.messaging.templates.kinds import GreetedName, Text, Url
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
