"""Texts of the pages about background work that depend on a value; the templates hold the others."""

from datetime import datetime

from backend.operations.backlogs.schemas import Backlogs, PassBacklog
from backend.operations.task_runs.schemas import TaskRunView
from backend.operations.timed_tasks.schemas import TimedTaskView
from frontend.admin.readiness.messages import STATES as TASK_STATES
from i18n.formatting import get_formatter
from i18n.translator import N_, NN_, PN_, get_translator

RUN_STATES = {
    "queued": (N_("Waiting for a worker"), "info", "clock"),
    # NOTE: at this moment
    "running": (PN_("state of a run", "Running"), "info", "clock"),
    # NOTE: its process has ended before it
    "died": (PN_("state of a run", "Lost"), "bad", "alert-triangle"),
    # NOTE: without a failure
    "done": (PN_("state of a run", "Done"), "ok", "check-circle"),
    "partly_done": (N_("Partly done"), "warn", "alert-triangle"),
    # NOTE: for good
    "failed": (PN_("state of a run", "Failed"), "bad", "x"),
}
COUNTS = {
    # NOTE: plural: how many cards a run of a task has looked at
    "cards": PN_("figure", "Cards"),
    # NOTE: participle: how many cards, or passes, a run has looked at
    "checked": PN_("figure", "Checked"),
    # NOTE: plural: how many entries of the audit a run has looked at
    "entries": PN_("figure", "Entries"),
    # NOTE: adjective: how many chains of the audit were changed from outside
    "broken": PN_("figure", "Broken"),
    # NOTE: participle: how many wallet passes were compared with Google’s
    "compared": PN_("figure", "Compared"),
    "expired_points": N_("Points that expire"),
    "expiring_points": N_("Points that expire soon"),
    # NOTE: participle: how many cards, or merchants, a run has failed at
    "failed": PN_("figure", "Failed"),
    "frozen": N_("Frozen cards"),
    "merchants_losing_customers": N_("Merchants that are losing customers"),
    "merchants_with_few_new_cards": N_("Merchants with few new cards"),
    "postponed": N_("Left for the next run"),
    "processed": PN_("figure", "Checked"),
    "synced": N_("Up to date"),
    "told": N_("Owners notified"),
    # NOTE: plural: how many transactions a run has looked at
    "transactions": PN_("figure", "Transactions"),
    # NOTE: plural: how many balances or transactions contradict each other
    "violations": PN_("figure", "Violations"),
    # NOTE: adjective: how many wallet passes did not show what they should
    "wrong": PN_("figure", "Wrong"),
}
PROVIDERS = {"google": N_("Passes in Google Wallet"), "apple": N_("Passes in Apple Wallet")}
FAILED_BEFORE = NN_("%(count)s card that failed in an earlier run", "%(count)s cards that failed in an earlier run")
SECONDS, MINUTES, HOURS, DAYS = (
    NN_("for %(count)s second", "for %(count)s seconds"),
    NN_("for %(count)s minute", "for %(count)s minutes"),
    NN_("for %(count)s hour", "for %(count)s hours"),
    NN_("for %(count)s day", "for %(count)s days"),
)
MINUTE, HOUR, DAY = 60, 3600, 86400
TOO_LONG = 48
"""From here on ages are told in days."""
Badge = tuple[str, str, str]
"""Text, kind, icon."""


class JobMessages:
    def __init__(self, language: str) -> None:
        self._translator, self._format = get_translator(language), get_formatter(language)
        self.say = self._translator.gettext

    def task_state(self, task: TimedTaskView) -> Badge:
        return self._badge(TASK_STATES.get(task.state, TASK_STATES["unknown"]))

    def run_state(self, run: TaskRunView) -> Badge:
        return self._badge(RUN_STATES.get(run.state, RUN_STATES["failed"]))

    def run_states(self) -> dict[str, str]:
        """For a choice."""
        return {state: self.say(text) for state, (text, _, _icon) in RUN_STATES.items()}

    def scope(self, run: TaskRunView) -> str:
        """Which merchants or cards the run covers."""
        if card_code := run.arguments.get("card_code"):
            return self.say(N_("Card %(code)s"), code=card_code)
        if (card_ids := run.arguments.get("card_ids")) is not None:
            return self._counted(FAILED_BEFORE, len(card_ids))
        parts = [self.say(N_("Merchant %(merchant)s"), merchant=run.merchant_code)] if run.merchant_code else []
        if run.arguments.get("only_failed"):
            parts.append(self.say(N_("Only those that failed")))
        return " · ".join(parts) or self.say(N_("All merchants"))

    def took(self, run: TaskRunView) -> str:
        """Duration of a finished run; empty while it is in progress."""
        if not run.started_at or not run.finished_at:
            return ""
        seconds = round((run.finished_at - run.started_at).total_seconds(), 1)
        return self.say(N_("%(seconds)s s"), seconds=self._format.number(seconds))

    def counts(self, run: TaskRunView) -> list[tuple[str, str, bool]]:
        """Name, number, and whether the name is a word of the reader’s language."""
        return [
            (self.say(COUNTS[name]) if name in COUNTS else name, self._format.number(number), name in COUNTS)
            for name, number in run.counts.items()
        ]

    def passes(self, backlog: PassBacklog) -> str:
        return self.say(PROVIDERS[backlog.provider]) if backlog.provider in PROVIDERS else backlog.provider

    def age(self, since: datetime | None, now: datetime) -> str:
        """Empty when nothing waits, or only for its next attempt."""
        seconds = int((now - since).total_seconds()) if since else 0
        return self.lasting(seconds) if seconds > 0 else ""

    def age_of_events(self, backlogs: Backlogs) -> str:
        oldest = [event.oldest_due_at for event in backlogs.events if event.oldest_due_at]
        return self.age(min(oldest, default=None), backlogs.measured_at)

    def lasting(self, seconds: float) -> str:
        if seconds < MINUTE:
            return self._counted(SECONDS, int(seconds))
        if seconds < HOUR:
            return self._counted(MINUTES, int(seconds // MINUTE))
        if seconds < TOO_LONG * HOUR:
            return self._counted(HOURS, int(seconds // HOUR))
        return self._counted(DAYS, int(seconds // DAY))

    def _counted(self, texts: tuple[str, str], count: int) -> str:
        return self._translator.ngettext(*texts, count, count=self._format.number(count))

    def _badge(self, badge: Badge) -> Badge:
        text, kind, icon = badge
        return self.say(text), kind, icon
