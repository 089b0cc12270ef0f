"""Features: platform default ← merchant's switch ← store's switch."""

from collections.abc import Iterable

from backend.core.problems import Problem
from i18n.translator import N_

PLATFORM_DEFAULTS = {"loyalty": True}


class FeatureDisabled(Problem):
    code, status = "feature_disabled", 403
    title = N_("This feature is not enabled")
    detail = N_("The feature is switched off for this store.")


def is_enabled(feature: str, overrides: Iterable[tuple[str, bool, bool]]) -> bool:
    """`overrides`: (feature, of this store rather than of the merchant, enabled)."""
    mine = sorted((of_store, enabled) for name, of_store, enabled in overrides if name == feature)
    return mine[-1][1] if mine else PLATFORM_DEFAULTS[feature]
