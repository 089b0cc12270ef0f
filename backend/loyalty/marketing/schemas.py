"""Which emails a customer gets from a merchant, and which ones the merchant sends."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from backend.core.languages import LanguageName
from backend.core.schemas import Answer, Body

DAYS_MIN, DAYS_MAX = 30, 730


class EmailChoices(Answer):
    """What the holder of an unsubscribe link may see: neither name nor address."""

    merchant_name: str
    """Name of the merchant."""
    card_color: str
    """Color of the card, as `#RRGGBB`."""
    accepts_marketing: bool
    """True when birthday emails and the like are sent. Emails about the card itself are sent in any case."""
    can_undo: bool
    """True when this link takes a withdrawal back. A new consent is given when enrolling or at the till only."""
    language: LanguageName
    """Language of the customer's pages, emails and passes."""
    merchant_language: LanguageName
    """Language for readers without one of their own."""


class ChangeEmailChoices(Body):
    """What the holder of an unsubscribe link chooses."""

    accept_marketing: bool
    """False stops birthday emails and the like. True takes that back, where `can_undo` is true."""


class MarketingPlanDetail(Answer):
    """Which marketing emails a merchant sends to customers who have consented."""

    sends_birthday_emails: bool
    """True when customers get an email on their birthday."""
    reengagement_days: int | None
    """Days without a visit after which a customer gets an email. Null: never."""
    consented_count: int
    """Number of customers who have consented."""
    version: int
    """Send it in quotes as `If-Match` to change the plan. 0: nothing was chosen yet and nothing is sent."""


class MarketingPlanChange(Body):
    """JSON merge patch: what is left out stays as it is."""

    sends_birthday_emails: bool | UnsetType = UNSET
    """True: customers get an email on their birthday."""
    reengagement_days: Annotated[int, Meta(ge=DAYS_MIN, le=DAYS_MAX, examples=[90])] | UnsetType | None = UNSET
    """Days without a visit after which a customer gets an email. Null: never."""
