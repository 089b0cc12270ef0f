"""What the pages about rewards say."""

from collections.abc import Mapping, Sequence
from datetime import date

from backend.loyalty.rewards.schemas import RewardDetail
from i18n.formatting import get_formatter
from i18n.locales import LANGUAGE_NAMES
from i18n.translator import N_, NN_, PN_, get_translator

STATES = {
    # NOTE: customers can have it now
    "offered": (PN_("state of a reward", "Offered"), "ok", "check-circle"),
    "scheduled": (N_("Starts later"), "info", "clock"),
    # NOTE: its last day has passed
    "ended": (PN_("state of a reward", "Ended"), "", "clock"),
    # NOTE: by the merchant, for some time
    "paused": (PN_("state of a reward", "Paused"), "warn", "ban"),
    # NOTE: for good
    "archived": (PN_("state of a reward", "Archived"), "", "list"),
}
"""Text, kind and icon of each state's badge."""
SORTINGS = {
    "position": N_("Order of the list"),
    "points_required": N_("Fewest points first"),
    "-points_required": N_("Most points first"),
    "-created_at": N_("Newest first"),
}
FIELDS = {
    "points_required": PN_("label", "Points"),
    "value": N_("What it costs you"),
    "stock": PN_("label", "Stock"),
    "limit_per_card": N_("Most for one customer"),
    # NOTE: plural: where a reward is offered
    "store_ids": PN_("label", "Stores"),
    "starts_on": N_("First day"),
    "ends_on": N_("Last day"),
    # NOTE: of a reward
    "picture": PN_("label", "Picture"),
    # NOTE: participle: before whether the reward is paused, yes or no
    "paused": PN_("label", "Paused"),
}
EXAMPLES = (
    (100, 500, N_("5 € voucher"), N_("For your next purchase")),
    (250, 900, N_("Cotton bag"), N_("Our bag, for everything you carry home")),
    (500, 2000, N_("A gift of your choice"), N_("Up to 20 €")),
)
"""Points, cost in cents, name and description."""


class RewardMessages:
    def __init__(self, language: str, text_languages: Sequence[str]) -> None:
        """`text_languages`: the merchant's main one first."""
        translator = get_translator(language)
        self._say, self._count = translator.gettext, translator.ngettext
        self._formatter = get_formatter(language)
        self._languages = [language, *text_languages]

    def name_of(self, reward: RewardDetail) -> str:
        return self._text_of(reward.name)

    def _text_of(self, texts: Mapping[str, str]) -> str:
        """In the reader's language, else in the merchant's main one, else in any."""
        return next((texts[language] for language in self._languages if texts.get(language)), "")

    def facts_of(self, reward: RewardDetail) -> list[str]:
        """Description, period and stock."""
        facts = [self._text_of(reward.description), self.period_of(reward)]
        if reward.stock is not None:
            facts.append(self._count(*NN_("%(count)s left", "%(count)s left"), reward.stock, count=reward.stock))
        if reward.store_ids:
            stores = len(reward.store_ids)
            facts.append(self._count(*NN_("Only at %(count)s store", "Only at %(count)s stores"), stores, count=stores))
        return [fact for fact in facts if fact]

    def stored_value(self, field: str, value: str) -> str:
        """A value of `stored_differences` as a person reads it."""
        if field == "store_ids":
            return self._say(N_("other stores"))
        if field == "paused":
            # NOTE: what was chosen, after the name of a choice
            return self._say(PN_("value", "yes")) if value else self._say(PN_("value", "no"))
        if field == "picture":
            return self._say(N_("another picture")) if value else self._say(N_("no picture"))
        if field in {"starts_on", "ends_on"} and value:
            return self._formatter.date(date.fromisoformat(value), "medium")
        # NOTE: nothing was entered
        return value or self._say(PN_("value", "empty"))

    def state_of(self, reward: RewardDetail) -> tuple[str, str, str]:
        """Text, kind and icon."""
        text, kind, icon = STATES[reward.state]
        return self._say(text), kind, icon

    def states(self) -> dict[str, str]:
        return {state: self._say(text) for state, (text, _, _) in STATES.items()}

    def sortings(self) -> dict[str, str]:
        return {sort: self._say(text) for sort, text in SORTINGS.items()}

    def period_of(self, reward: RewardDetail) -> str:
        """Empty for a reward without a period."""
        day, say = self._formatter.date, self._say
        if reward.starts_on and reward.ends_on:
            return say(
                N_("%(start)s to %(end)s"), start=day(reward.starts_on, "medium"), end=day(reward.ends_on, "medium")
            )
        if reward.starts_on:
            return say(N_("From %(start)s on"), start=day(reward.starts_on, "medium"))
        return say(N_("Until %(end)s"), end=day(reward.ends_on, "medium")) if reward.ends_on else ""

    def label_of(self, field: str) -> str:
        """Of a field of the form: `name_fr` is the name in French."""
        kind, _, language = field.rpartition("_")
        if kind in {"name", "description"} and language in LANGUAGE_NAMES:
            text = (
                self._say(N_("Name (%(language)s)")) if kind == "name" else self._say(N_("Description (%(language)s)"))
            )
            return text % {"language": LANGUAGE_NAMES[language]}
        return self._say(FIELDS.get(field, field))
