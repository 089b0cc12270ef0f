"""What the page of the offline rules says."""

from backend.staff_pins.grants.schemas import OfflineRuleEntry
from frontend.office.offline_rules.form import OPERATIONS
from i18n.translator import N_, get_translator

NAMES = {
    "points": N_("Add points for a sale"),
    "stamp": N_("Add a stamp"),
    "enroll": N_("Enroll a customer"),
    "void": N_("Void what the tablet has recorded"),
    "redeem": N_("Redeem what is set aside for the tablet"),
}
DONE = {
    "saved": N_("Saved. Each tablet follows the new rules from its next PIN on."),
    "added": N_("The tablet now has its own rules. Change them below."),
}


class OfflineRuleMessages:
    def __init__(self, language: str) -> None:
        self._say = get_translator(language).gettext

    def done(self, code: str) -> str:
        return self._say(DONE[code]) if code in DONE else ""

    @property
    def operations(self) -> dict[str, str]:
        return {code: self._say(NAMES[code]) if code in NAMES else code for code in OPERATIONS}

    def title(self, rule: OfflineRuleEntry, names: dict[str, str]) -> str:
        if rule.device_id is None:
            return self._say(N_("All tablets without rules of their own"))
        return names.get(str(rule.device_id), self._say(N_("A tablet of another store")))
