"""Features. The store's override wins over the merchant's, which wins over the platform default."""

from collections.abc import Iterable

from backend.core.problems import Problem
from i18n.translator import N_

PLATFORM_DEFAULTS = {"loyalty": True}


class FeatureDisabled(Problem):
    code, status = "feature_disabled", 403
    title = N_("This feature is not enabled")
    detail = N_("The feature is switched off for this store.")


def is_enabled(feature: str, overrides: Iterable[tuple[str, bool, bool]]) -> bool:
    """`overrides`: (feature, is set for the store and not for the merchant, is enabled)."""
    matching = sorted((of_store, enabled) for name, of_store, enabled in overrides if name == feature)
    return matching[-1][1] if matching else PLATFORM_DEFAULTS[feature]
