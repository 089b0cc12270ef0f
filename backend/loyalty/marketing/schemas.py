"""Which emails a customer gets from a merchant, and which ones the merchant sends."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from backend.core.schemas import Answer, Body

DAYS_MIN, DAYS_MAX = 30, 730


class EmailChoices(Answer):
    """What a holder of an unsubscribe link may see: neither name nor address."""

    merchant_name: str
    card_color: str
    accepts_marketing: bool
    """Birthday emails and the like; emails about the card itself are sent in any case."""
    can_undo: bool
    """Whether this link takes a withdrawal back. A consent is given nowhere else than on enrolling and at the till."""
    language: str
    merchant_language: str


class ChangeEmailChoices(Body):
    accept_marketing: bool


class MarketingPlanDetail(Answer):
    """Which marketing emails a merchant sends to customers who have consented."""

    sends_birthday_emails: bool
    reengagement_days: int | None
    """Days without a visit after which a customer gets an email; null: never."""
    consented_count: int
    """Customers who have consented."""
    version: int
    """0: nothing has been chosen yet, so no marketing email is sent."""


class MarketingPlanChange(Body):
    """JSON merge patch: fields that are not sent stay."""

    sends_birthday_emails: bool | UnsetType = UNSET
    reengagement_days: Annotated[int, Meta(ge=DAYS_MIN, le=DAYS_MAX, examples=[90])] | UnsetType | None = UNSET
