"""Sentences of the pages of settings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from backend.messaging.connection_test.schemas import ConnectionTestStep, ConnectionTestVerdict, StepFacts
from backend.settings.schemas import SettingCategory, SettingDifference, SettingSource, SettingValue, SettingView
from frontend.admin.settings.categories import CATEGORIES
from frontend.admin.settings.form import SUGGESTED, moment_of, text_of
from frontend.admin.settings.labels import CHOICES, LABELS
from frontend.kit.edits import Difference
from i18n.formatting import get_formatter
from i18n.translator import N_, PN_, get_translator

SOURCES: dict[SettingSource, tuple[str, str]] = {
    # NOTE: the value was saved on this page
    "database": (PN_("source of a setting", "Database"), "database"),
    # NOTE: the value comes from an environment variable
    "environment": (PN_("source of a setting", "Environment"), "terminal"),
    # NOTE: the value is Orion’s own
    "default": (PN_("source of a setting", "Default"), "settings"),
}
OUTCOMES = {"ok": ("ok", "check-circle"), "failed": ("bad", "alert-triangle"), "skipped": ("", "clock")}


class GroupView(NamedTuple):
    title: str
    settings: list[SettingView]


class SettingMessages:
    def __init__(self, language: str) -> None:
        self._language = language
        self._say = get_translator(language).gettext
        self._format = get_formatter(language)

    def category(self, name: str) -> str:
        return self._say(CATEGORIES[name].name)

    def about(self, name: str) -> str:
        return self._say(CATEGORIES[name].about)

    def name(self, key: str) -> str:
        return self._say(LABELS[key].name) if key in LABELS else key

    def hint(self, key: str) -> str:
        hint = LABELS[key].hint if key in LABELS else ""
        return self._say(hint) if hint else ""

    def groups(self, category: SettingCategory) -> list[GroupView]:
        """Settings of no group stand in the last one."""
        by_key = {setting.key: setting for setting in category.settings}
        views = []
        for group in CATEGORIES[category.category].groups:
            settings = [by_key.pop(key) for key in group.keys if key in by_key]
            views.append(GroupView(self._say(group.title), settings))
        if by_key:
            views[-1].settings.extend(by_key.values())
        return [view for view in views if view.settings]

    def source(self, source: SettingSource) -> tuple[str, str, str]:
        """Text, kind and icon of a badge."""
        text, icon = SOURCES[source]
        return self._say(text), "info" if source == "database" else "", icon

    def saved(self, setting: SettingView) -> str:
        """Who has saved the value and when; empty when the database has none."""
        if setting.updated_at is None:
            return ""
        moment = self._format.datetime(setting.updated_at, "medium")
        if setting.is_secret and setting.is_set:
            return self._say(N_("Set on %(moment)s by %(name)s"), moment=moment, name=setting.updated_by or "?")
        return self._say(N_("Saved on %(moment)s by %(name)s"), moment=moment, name=setting.updated_by or "?")

    def hidden(self, setting: SettingView) -> list[str]:
        """What the value of the database hides."""
        return [
            self._say(
                N_("%(source)s: %(value)s"),
                source=self._say(SOURCES[each.source][0]),
                value=self._secret(each.is_set) if setting.is_secret else self.value(setting, each.value),
            )
            for each in setting.overrides
        ]

    def revert(self, setting: SettingView) -> str:
        if setting.is_in_environment:
            return self._say(N_("Use environment value"))
        return self._say(N_("Use default value"))

    def choice(self, key: str, value: str) -> str:
        return self._say(CHOICES[key, value]) if (key, value) in CHOICES else value

    def value(self, setting: SettingView, value: SettingValue | None) -> str:
        if setting.kind == "choice":
            return self.choice(setting.key, str(value))
        if setting.kind == "moment" and value:
            return self._format.datetime(datetime.fromisoformat(str(value)))
        return self._plain(value)

    def _plain(self, value: SettingValue | None) -> str:
        if isinstance(value, bool):
            return self._say(PN_("value", "yes")) if value else self._say(PN_("value", "no"))
        if isinstance(value, int):
            return str(value)
        return value or self._say(PN_("value", "empty"))

    def shown(self, setting: SettingView) -> str:
        return self._secret(setting.is_set) if setting.is_secret else self.value(setting, setting.value)

    def differences(self, category: SettingCategory, differences: Sequence[SettingDifference]) -> list[Difference]:
        settings = {setting.key: setting for setting in category.settings}
        return [self._difference(settings[each.key], each) for each in differences]

    def _difference(self, setting: SettingView, of: SettingDifference) -> Difference:
        before, after = self.value(setting, of.before), self.value(setting, of.after)
        return Difference(self.name(of.key), before, after, of.key, of.is_secret)

    def moved(self, category: SettingCategory, moved: Mapping[str, tuple[str, str]]) -> list[Difference]:
        """What somebody else has saved meanwhile."""
        settings = {setting.key: setting for setting in category.settings}
        return [
            Difference(self.name(key), self._entered(settings[key], before), self._entered(settings[key], after), key)
            for key, (before, after) in moved.items()
        ]

    def _entered(self, setting: SettingView, text: str) -> str:
        """A value of the form."""
        match setting.kind:
            case "boolean":
                return self._plain(text == "on")
            case "moment":
                return self.value(setting, moment_of(text))
        return self.value(setting, text)

    def _secret(self, is_set: bool) -> str:
        # NOTE: participles: whether a password or a key has a value, which is not shown
        return self._say(PN_("value", "set")) if is_set else self._say(N_("not set"))

    def outcome(self, step: ConnectionTestStep) -> tuple[str, str]:
        """Class and icon."""
        return OUTCOMES[step.outcome]

    def milliseconds(self, step: ConnectionTestStep) -> str:
        return "" if step.milliseconds is None else f"{self._format.number(step.milliseconds)} ms"

    def stopped(self, verdict: ConnectionTestVerdict) -> tuple[str, str, str]:
        """The badge of a finished test."""
        if verdict.is_ok:
            # NOTE: verb: everything that was checked is as it has to be
            return self._say(PN_("state of a check", "Works")), "ok", "check-circle"
        if verdict.failed_step is None:
            return self._say(N_("Nothing was sent")), "warn", "alert-triangle"
        return self._say(N_("Stopped at %(step)s"), step=verdict.failed_step), "bad", "alert-triangle"

    def facts(self, facts: StepFacts) -> list[str]:
        """What the server has said and shown, for readers who want to know more."""
        lines = [facts.reply, facts.greeting]
        if facts.certificate_names:
            names = self._format.listing(facts.certificate_names)
            lines.append(self._say(N_("Certificate: %(names)s"), names=names))
        if facts.certificate_issuer:
            lines.append(self._say(N_("Issued by %(issuer)s"), issuer=facts.certificate_issuer))
        if facts.capabilities:
            lines.append(" · ".join(facts.capabilities))
        return [line for line in lines if line]

    def suggestion_fields(self, suggestion: dict[str, SettingValue]) -> dict[str, str]:
        """The suggestion as fields of the form."""
        return {f"{SUGGESTED}{key}": text_of(value) for key, value in suggestion.items()}

    def suggested(self, suggestion: dict[str, SettingValue]) -> Sequence[str]:
        return [
            self._say(N_("%(name)s: %(value)s"), name=self.name(key), value=self._plain(value))
            for key, value in suggestion.items()
        ]
