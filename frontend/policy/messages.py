"""What the pages of the policy say."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from backend.merchants.policy.schemas import PolicyDetail
from frontend.kit.edits import Difference
from frontend.policy.rules import GROUPS, OWN, PIN_POLICIES, RULES
from i18n.formatting import get_formatter
from i18n.translator import N_, PN_, get_translator

DONE = {
    "changed": N_("Saved. In force with the next request of a till."),
    "unchanged": N_("Nothing is different, so nothing was saved."),
}


class RuleView(NamedTuple):
    field: str
    name: str
    about: str
    is_number: bool
    choices: dict[str, str]
    value: str
    """In words."""
    is_own: bool
    """The merchant sets it."""


class PolicyMessages:
    def __init__(self, language: str) -> None:
        self._say = get_translator(language).gettext
        self._number = get_formatter(language).number

    def done(self, what: str) -> str:
        return self._say(DONE[what]) if what in DONE else ""

    def groups(self, policy: PolicyDetail, fields: Collection[str]) -> list[tuple[str, list[RuleView]]]:
        """Title and rules of each group that has any of these fields."""
        groups = [
            (self._say(title), [self._view(policy, field) for field in group if field in fields])
            for title, group in GROUPS.items()
        ]
        return [(title, rules) for title, rules in groups if rules]

    def differences(self, policy: PolicyDetail, values: Mapping[str, object]) -> list[Difference]:
        """What saving these values would change."""
        return [
            Difference(self._say(RULES[field].name), self.value(getattr(policy, field)), self.value(value))
            for field, value in values.items()
        ]

    def moved(self, moved: Mapping[str, tuple[str, str]]) -> list[Difference]:
        """What somebody else has saved meanwhile, as texts of the form."""
        return [
            Difference(self._say(RULES[field].name), self._entered(field, before), self._entered(field, after))
            for field, (before, after) in moved.items()
        ]

    def value(self, value: object) -> str:
        if isinstance(value, bool):
            return self._say(PN_("value", "yes")) if value else self._say(PN_("value", "no"))
        if isinstance(value, int):
            return self._number(value)
        return self._say(PIN_POLICIES[str(value)]) if value in PIN_POLICIES else str(value)

    def _view(self, policy: PolicyDetail, field: str) -> RuleView:
        rule = RULES[field]
        choices = {code: self._say(text) for code, text in PIN_POLICIES.items()} if rule.choices else {}
        value = self.value(getattr(policy, field))
        return RuleView(field, self._say(rule.name), self._say(rule.about), rule.most > 0, choices, value, field in OWN)

    def _entered(self, field: str, text: str) -> str:
        rule = RULES[field]
        return self.value(text if rule.choices or rule.most else text == "on")
