"""What the pages of features say."""

from backend.merchants.features.schemas import FeatureDetail, FeatureSwitch
from i18n.translator import N_, NN_, PN_, get_translator

Badge = tuple[str, str, str]
# NOTE: the feature can be used at this store or merchant
ON: Badge = (PN_("state of a feature", "On"), "ok", "check-circle")
# NOTE: the feature cannot be used at this store or merchant
OFF: Badge = (PN_("state of a feature", "Off"), "warn", "ban")
SOURCES = {"merchant": N_("As the merchant"), "platform": N_("As the platform")}
DONE = {
    "on": N_("Switched on. In force with the next request."),
    "off": N_("Switched off. In force with the next request."),
    "inherited": N_("The switch is removed. In force with the next request."),
}
FOLLOWING = NN_(
    "For the %(count)s store without a switch of its own.", "For the %(count)s stores without a switch of their own."
)


class FeatureMessages:
    def __init__(self, language: str) -> None:
        translator = get_translator(language)
        self._say, self._count = translator.gettext, translator.ngettext

    def done(self, what: str) -> str:
        return self._say(DONE[what]) if what in DONE else ""

    def badge(self, *, is_on: bool) -> Badge:
        text, kind, icon = ON if is_on else OFF
        return self._say(text), kind, icon

    def inherits(self, switch: FeatureSwitch) -> str:
        """Whom a place without a switch of its own follows."""
        return self._say(SOURCES["platform" if switch.store is None else switch.source])

    def following(self, feature: FeatureDetail) -> str:
        """How many stores the merchant's switch decides for."""
        count = sum(store.is_enabled is None for store in feature.stores)
        return (
            self._count(*FOLLOWING, count, count=count)
            if count
            else self._say(N_("All stores have a switch of their own."))
        )
