"""Features. The store's override wins over the merchant's, which wins over the platform default."""

from collections.abc import Iterable
from dataclasses import dataclass

from backend.core.problems import Problem
from i18n.translator import N_, PN_

LOYALTY = "loyalty"


@dataclass(frozen=True, slots=True)
class Feature:
    title: str
    about: str
    """One sentence."""
    is_on_by_default: bool


FEATURES = {
    LOYALTY: Feature(
        # NOTE: noun: cards, points and rewards
        PN_("name of a feature", "Loyalty"),
        N_("Where it is on, a store is live: its till records, its join page is open, its cards are in use."),
        True,
    )
}


class FeatureDisabled(Problem):
    code, status = "feature_disabled", 403
    title = N_("This store is not live")
    detail = N_("Loyalty is switched off at this store. An administrator of the platform can switch it on.")


def is_enabled(feature: str, overrides: Iterable[tuple[str, bool, bool]]) -> bool:
    """`overrides`: (feature, is set for the store and not for the merchant, is enabled)."""
    matching = sorted((of_store, enabled) for name, of_store, enabled in overrides if name == feature)
    return matching[-1][1] if matching else FEATURES[feature].is_on_by_default
