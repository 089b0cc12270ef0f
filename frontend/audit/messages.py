"""What the pages of the audit say."""

from itertools import groupby

from backend.audit.schemas import AuditChain, AuditChange, AuditEntryView, AuditOverview
from frontend.admin.settings.labels import LABELS
from i18n.formatting import get_formatter
from i18n.translator import N_, PN_, get_translator

Badge = tuple[str, str, str]
UNCHECKED = (N_("Not verified yet"), "info", "clock")
# NOTE: nothing was changed or removed since it was written
INTACT = (PN_("state of the audit", "Intact"), "ok", "check-circle")
# NOTE: something was changed or removed
BROKEN = (PN_("state of the audit", "Broken"), "bad", "alert-triangle")


class AuditMessages:
    def __init__(self, language: str) -> None:
        self._translator = get_translator(language)
        self._say = self._translator.gettext
        self._formatter = get_formatter(language)

    def state_of(self, chain: AuditChain) -> Badge:
        text, kind, icon = UNCHECKED if chain.is_intact is None else INTACT if chain.is_intact else BROKEN
        return self._say(text), kind, icon

    def about(self, chain: AuditChain) -> str:
        """One sentence about the last verification."""
        _ = self._say
        if chain.checked_at is None:
            return _("Each night it is verified that no entry was changed or removed. These have not been yet.")
        when = self._formatter.datetime(chain.checked_at, "medium")
        if not chain.is_intact:
            entry = self._formatter.number(chain.faulty_seq or 0)
            return _(
                "Found on %(date)s: entry no. %(entry)s is missing, or is not what was recorded. Tell the person who "
                "operates the platform.",
                date=when,
                entry=entry,
            )
        count = chain.checked_count or 0
        return self._translator.ngettext(
            "Verified on %(date)s: %(number)s entry, unchanged since it was recorded.",
            "Verified on %(date)s: %(number)s entries, unchanged since they were recorded.",
            count,
            date=when,
            number=self._formatter.number(count),
        )

    def actions(self, overview: AuditOverview) -> list[tuple[str, dict[str, str]]]:
        """The choices of the filter by group."""
        groups = groupby(overview.actions, key=lambda action: action.group)
        return [(group, {action.action: action.title for action in own}) for group, own in groups]

    def people(self, overview: AuditOverview) -> dict[str, str]:
        return {str(person.id): person.name for person in overview.people}

    def others(self, entry: AuditEntryView) -> str:
        """How many changes an entry has beside its first."""
        count = len(entry.changes) - 1
        return (
            " · " + self._translator.ngettext("%(count)s more", "%(count)s more", count, count=count) if count else ""
        )

    def label(self, change: AuditChange) -> str:
        """Settings are called as on their own page."""
        return self._say(LABELS[change.field].name) if change.field in LABELS else change.label
