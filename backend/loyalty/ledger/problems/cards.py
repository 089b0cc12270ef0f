"""Of a card, for every kind of booking."""

from datetime import date

from backend.core.problems import Problem
from i18n.translator import N_


class CardNotFound(Problem):
    code, status = "card_not_found", 404
    title = N_("No card matches")
    detail = N_("Check the code, or enroll the customer.")


class CardInactive(Problem):
    code, status = "card_inactive", 409
    title = N_("This card is not active")
    detail = N_("Nothing can be recorded on it. The owner can reactivate it.")
    state: str
    """State of the card."""


class CardGoesOn(CardInactive):
    """It was merged."""

    title = N_("This card was merged into another")
    detail = N_("The customer’s card is %(merged_into)s now. Open that one.")
    merged_into: str
    """Code of the card that is used instead."""


class CardIsFrozen(Problem):
    code, status = "card_frozen", 409
    title = N_("This card is being checked")
    detail = N_(
        "There is a discrepancy in this card’s history. Points can still be earned; rewards are on hold until we "
        "have checked it."
    )


class CardActive(Problem):
    code, status = "card_active", 409
    title = N_("This card is active already")


class CardMergedAway(Problem):
    code, status = "card_merged", 409
    title = N_("This card was merged into another")
    detail = N_("The customer’s card is %(merged_into)s now. Open that one.")
    merged_into: str
    """Code of the card that is used instead."""


class CardMergedLately(CardMergedAway):
    """The merge can still be undone."""

    detail = N_(
        "The customer’s card is %(merged_into)s now. To use this one again, undo the merge: that is possible until "
        "%(until)s."
    )
    until: date
    """The last day on which the merge can be undone."""


class CardReplacedBefore(Problem):
    code, status = "card_replaced", 409
    title = N_("This card was replaced")
    detail = N_("It got a new code; this one is refused since %(since)s. Find the customer by name or email.")
    since: date
    """Day on which the card got its new code."""


class CustomerHasCard(Problem):
    code, status = "customer_has_card", 409
    title = N_("The customer has another card in use")
    detail = N_("Only one of them can be in use at a time.")


class CardBusy(Problem):
    code, status = "request_in_progress", 409
    title = N_("Another transaction is in progress on this card")
    detail = N_("Press again. It will only be recorded once.")
    headers = {"Retry-After": "1"}  # noqa: RUF012 - a Mapping that nobody changes
