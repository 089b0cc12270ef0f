"""What the pages about email templates say."""

from backend.messaging.template_editing.schemas.templates import OwnTemplateCoverage, TemplateCoverage
from backend.messaging.template_editing.schemas.texts import TemplateVersionView
from i18n.locales import LANGUAGE_NAMES
from i18n.translator import N_, PN_, get_translator

Badge = tuple[str, str, str | None]
"""Text, kind and icon."""

STATES: dict[str, Badge] = {
    "up_to_date": (N_("up to date"), "ok", "check-circle"),
    "older_than_english": (N_("older than English"), "warn", "clock"),
    "missing": (N_("not stored"), "bad", "alert-triangle"),
}
# NOTE: participle: it is no longer as Orion delivers it
EDITED: Badge = (PN_("state of a text", "edited"), "info", None)
NEWER: Badge = (N_("newer text available"), "warn", None)
OWN: Badge = (N_("your text"), "info", "check-circle")
INHERITED: Badge = (N_("platform text"), "", None)
PLATFORM_CHANGED: Badge = (N_("platform text has changed"), "warn", "clock")
CATEGORIES = {
    "loyalty": N_("Emails to customers"),
    "account": N_("Sign-in and accounts"),
    "operations": N_("Emails to operators"),
}
SAMPLES = {
    "new": N_("New customer"),
    "near_reward": N_("Nearly a reward"),
    "long_name": N_("Long names"),
    "no_first_name": N_("No first name"),
}
# NOTE: two parts of an email
SOURCES = {"subject": PN_("label", "Subject"), "preheader": N_("Preview line"), "body": PN_("label", "Body")}


class TemplateMessages:
    def __init__(self, language: str) -> None:
        self._say = get_translator(language).gettext

    def badges_of(self, coverage: TemplateCoverage | OwnTemplateCoverage) -> list[Badge]:
        """The state of a text in one language."""
        if isinstance(coverage, OwnTemplateCoverage):
            found = [OWN] if coverage.own else [INHERITED]
            found += [PLATFORM_CHANGED] if coverage.platform_changed else []
        else:
            found = [STATES[coverage.state]]
            found += [NEWER] if coverage.has_newer_default else [EDITED] if coverage.is_edited else []
        return [(self._say(text), kind, icon) for text, kind, icon in found]

    def category(self, name: str) -> str:
        return self._say(CATEGORIES[name])

    def samples(self) -> dict[str, str]:
        return {name: self._say(text) for name, text in SAMPLES.items()}

    def sample(self, name: str) -> str:
        return self._say(SAMPLES[name])

    def source(self, name: str) -> str:
        return self._say(SOURCES[name])

    def author_of(self, version: TemplateVersionView) -> str:
        return version.saved_by or "Orion"

    def language(self, code: str) -> str:
        return LANGUAGE_NAMES[code]
