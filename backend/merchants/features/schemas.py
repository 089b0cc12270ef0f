from datetime import datetime
from typing import Literal

from backend.core.schemas import Answer, Body
from backend.merchants.schemas import StoreRef

SwitchedBy = Literal["store", "merchant", "platform"]


class FeatureSwitchBody(Body):
    """How a feature is switched."""

    is_enabled: bool | None
    """True or false. Null removes the switch: the merchant's holds for a store, the platform's for a merchant."""


class FeatureSwitch(Answer):
    """A feature at one store, or at the merchant."""

    store: StoreRef | None
    """The store. Null: the switch for all stores without one of their own."""
    is_enabled: bool | None
    """Value of its own switch. Null: it has none."""
    is_in_force: bool
    """True when the feature is on."""
    source: SwitchedBy
    """Whose value is in force: that of the `store`, the `merchant` or the `platform`."""
    version: int
    """Send it in quotes as `If-Match` to switch it. 0 without a switch of its own."""
    changed_at: datetime | None
    """When the switch was last changed (UTC). Null without a switch of its own."""
    changed_by: str | None
    """Name of the person who changed it. Null without a switch of its own."""


class FeatureDetail(Answer):
    """A feature, with its switches."""

    code: str
    """Stable code of the feature, such as `loyalty`."""
    title: str
    """Name of the feature, in the reader's language."""
    about: str
    """What the feature does: one sentence in the reader's language."""
    is_on_by_default: bool
    """Value of the platform for merchants without a switch."""
    merchant: FeatureSwitch
    """The switch of the merchant."""
    stores: list[FeatureSwitch]
    """The switch of each store."""


class FeatureList(Answer):
    """The features of a merchant."""

    features: list[FeatureDetail]
    """All features."""
