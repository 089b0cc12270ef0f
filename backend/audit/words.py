"""Entries in words of the reader's language."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self

from backend.access.permissions import PERMISSIONS
from backend.audit.field_labels import FIELDS
from backend.audit.labels import ACTIONS, SUBJECTS
from backend.audit.models import AnyEntry, AuditEntry, subject_of
from backend.audit.schemas import AuditAction, AuditChange, AuditEntryView
from backend.audit.value_labels import CHOICES, VALUES
from i18n.formatting import get_formatter
from i18n.locales import LANGUAGE_NAMES
from i18n.translator import N_, PN_, get_translator

NOTHING = "–"
YES, NO = PN_("value", "yes"), PN_("value", "no")
NAMED = N_("%(label)s: %(value)s")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")


class AuditWords:
    """`names`: what stores and people are called, by id."""

    def __init__(self, language: str, names: Mapping[str, str] | None = None) -> None:
        self.language = language
        self._names = names or {}
        self._say = get_translator(language).gettext
        self._formatter = get_formatter(language)

    def knowing(self, names: Mapping[str, str]) -> Self:
        return type(self)(self.language, {**self._names, **names})

    def action(self, action: str) -> AuditAction:
        return AuditAction(action, self.title(action), self._named(SUBJECTS, action.partition(".")[0]))

    def title(self, action: str) -> str:
        return self._named(ACTIONS, action)

    def entry(self, entry: AnyEntry) -> AuditEntryView:
        subject = subject_of(entry)
        return AuditEntryView(
            id=entry.id,
            seq=entry.seq,
            recorded_at=entry.recorded_at,
            action=entry.action,
            title=self.title(entry.action),
            subject=subject,
            subject_name=self._names.get(subject or ""),
            user_id=entry.user_id,
            user_name=entry.user_name,
            on_behalf=isinstance(entry, AuditEntry) and entry.on_behalf,
            sign_in_id=entry.sign_in_id,
            device_id=entry.device_id,
            reason=entry.reason,
            request_id=entry.request_id,
            digest=entry.digest.hex(),
            changes=self.changes(entry.before, entry.after),
        )

    def changes(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[AuditChange]:
        return [
            AuditChange(
                field=field,
                label=self.label(field),
                before=self.value(field, before[field]) if field in before else None,
                after=self.value(field, value),
            )
            for field, value in after.items()
        ]

    def label(self, field: str) -> str:
        return LANGUAGE_NAMES.get(field) or self._names.get(field) or self._named(FIELDS, field)

    def value(self, field: str, value: Any) -> str:
        if value is None or value in ("", [], {}):
            return NOTHING
        if isinstance(value, bool):
            return self._say(YES if value else NO)
        if isinstance(value, int | float):
            return self._number(field, value)
        if isinstance(value, list):
            return "; ".join(self.value(field, each) for each in value)
        if isinstance(value, dict):
            return self._fields(value)
        return self._text(field, str(value))

    def _fields(self, value: dict[str, Any]) -> str:
        if value.keys() == {"value", "source"}:
            return f"{self.value('value', value['value'])} ({self.value('source', value['source'])})"
        return ", ".join(
            self._say(NAMED, label=self.label(name), value=self.value(name, each)) for name, each in value.items()
        )

    def _number(self, field: str, value: float) -> str:
        if field.endswith("_cents") and isinstance(value, int):
            return self._formatter.money(value)
        return self._formatter.number(value)

    def _text(self, field: str, text: str) -> str:
        if DAY.fullmatch(text):
            return self._formatter.date(date.fromisoformat(text), "medium")
        if MOMENT.fullmatch(text):
            return self._formatter.datetime(datetime.fromisoformat(text), "medium")
        if text in PERMISSIONS:
            return self._say(PERMISSIONS[text].title)
        return self._named(VALUES, text) if field in CHOICES else self._names.get(text, text)

    def _named(self, words: Mapping[str, str], name: str) -> str:
        """A name without words is shown as it is in the code."""
        return self._say(words[name]) if name in words else name.replace("_", " ")
