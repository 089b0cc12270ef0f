"""Texts of the wallets page that depend on a value; the template holds the others."""

from datetime import datetime

from backend.operations.task_runs.schemas import TaskRunView
from backend.operations.wallets.schemas import PassCounts, ProviderStatus
from i18n.formatting import get_formatter
from i18n.translator import N_, NN_, get_translator

STEPS = {
    "file_readable": N_("Key file"),
    "key_parses": N_("Key"),
    "token": N_("Access"),
    "issuer": N_("Issuer"),
    "class": N_("Programs"),
    "logo": N_("Logo"),
    "files_readable": N_("Files"),
    "files_private": N_("File permissions"),
    "pass_type": N_("Pass type"),
    "pair_matches": N_("Key pair"),
    "issued_by_wwdr": N_("Issuer"),
    "days_left": N_("Validity"),
    "public_address": N_("Address"),
    "apns_reachable": N_("Push service"),
}
OUTCOMES = {
    "ok": (N_("Works"), "ok", "check-circle"),
    "warning": (N_("Needs attention"), "warn", "alert-triangle"),
    "failed": (N_("Failed"), "bad", "x"),
    "skipped": (N_("Not tried"), "", "clock"),
}
RUN_STATES = {
    "queued": (N_("Waiting for a worker"), "info", "clock"),
    "running": (N_("Running"), "info", "clock"),
    "died": (N_("Interrupted"), "bad", "alert-triangle"),
    "done": (N_("Done"), "ok", "check-circle"),
    "partly_done": (N_("Partly done"), "warn", "alert-triangle"),
    "failed": (N_("Failed"), "bad", "x"),
}
TASKS = {
    "sync_wallet_passes": N_("Update of passes"),
    "reconcile_google_passes": N_("Comparison with Google"),
    "check_wallet_certificates": N_("Check of certificates and keys"),
}
BREAKERS = {
    "closed": (N_("Sending"), "ok", "check-circle"),
    "open": (N_("Waiting: no answer lately"), "warn", "clock"),
    "stopped": (N_("Stopped: refused"), "bad", "ban"),
}
FAILED_BEFORE = NN_("%(count)s card that failed in an earlier run", "%(count)s cards that failed in an earlier run")
Badge = tuple[str, str, str]
"""Text, kind, icon."""


class WalletMessages:
    def __init__(self, language: str) -> None:
        self._translator, self._format = get_translator(language), get_formatter(language)
        self.say = self._translator.gettext

    def step(self, name: str) -> str:
        return self.say(STEPS[name]) if name in STEPS else name

    def outcome(self, outcome: str) -> Badge:
        return self._badge(OUTCOMES.get(outcome, OUTCOMES["skipped"]))

    def run_state(self, state: str) -> Badge:
        return self._badge(RUN_STATES.get(state, RUN_STATES["failed"]))

    def breaker(self, status: ProviderStatus) -> Badge:
        return self._badge(BREAKERS.get(status.breaker.state, BREAKERS["stopped"]))

    def health(self, status: ProviderStatus) -> Badge:
        """The state of the provider as a whole."""
        if not status.configured:
            return self.say(N_("Not configured")), "", "ban"
        if not status.working or status.breaker.state == "stopped":
            return self._badge(OUTCOMES["failed"])
        has_warning = any(step.outcome == "warning" for step in status.steps)
        return self._badge(OUTCOMES["warning" if has_warning else "ok"])

    def task(self, run: TaskRunView) -> str:
        return self.say(TASKS[run.name]) if run.name in TASKS else run.name

    def scope(self, run: TaskRunView) -> str:
        """Which passes the run covered."""
        if card_code := run.arguments.get("card_code"):
            return self.say(N_("Card %(code)s"), code=card_code)
        if (card_ids := run.arguments.get("card_ids")) is not None:
            return self._translator.ngettext(*FAILED_BEFORE, len(card_ids), count=self._format.number(len(card_ids)))
        parts = [self.say(N_("Merchant %(merchant)s"), merchant=run.merchant_code)] if run.merchant_code else []
        if run.arguments.get("only_failed"):
            parts.append(self.say(N_("Only those that failed")))
        return " · ".join(parts) or self.say(N_("All merchants"))

    def share(self, passes: PassCounts) -> str:
        """The share of up-to-date passes among all active and refused ones; a dash when there are none."""
        whole = passes.active + passes.failed
        # Rounded down: 99.96 % must not appear as 100 % while a pass is out of date.
        thousandths = passes.right * 1000 // whole if whole else 0
        return self._format.percent(thousandths / 1000, 0 if thousandths % 10 == 0 else 1) if whole else "–"

    def seconds(self, seconds: float | None) -> str:
        return self.say(N_("%(seconds)s s"), seconds=self._format.number(seconds)) if seconds is not None else "–"

    def took(self, run: TaskRunView) -> str:
        """Duration of a finished run; empty while it is in progress."""
        return self.seconds(_seconds(run.started_at, run.finished_at)) if run.started_at and run.finished_at else ""

    def _badge(self, badge: Badge) -> Badge:
        text, kind, icon = badge
        return self.say(text), kind, icon


def _seconds(start: datetime, end: datetime) -> float:
    return round((end - start).total_seconds(), 1)
