from datetime import datetime
from typing import Literal

from backend.core.schemas import Answer, Body
from backend.merchants.schemas import StoreRef


class FeatureSwitchBody(Body):
    is_enabled: bool | None
    """Null: as the merchant has it, or the platform."""


class FeatureSwitch(Answer):
    """A feature at one store, or at the merchant."""

    store: StoreRef | None
    """Null: what all stores without a switch of their own do."""
    is_enabled: bool | None
    """Null: no switch of its own."""
    is_in_force: bool
    source: Literal["store", "merchant", "platform"]
    """Where the value in force comes from."""
    version: int
    """For `If-Match`; 0 without a switch of its own."""
    changed_at: datetime | None
    changed_by: str | None


class FeatureDetail(Answer):
    code: str
    title: str
    about: str
    """One sentence, in the reader’s language like the title."""
    is_on_by_default: bool
    """What the platform has for merchants without a switch."""
    merchant: FeatureSwitch
    stores: list[FeatureSwitch]


class FeatureList(Answer):
    features: list[FeatureDetail]
