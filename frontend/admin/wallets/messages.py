"""Texts of the wallets page that depend on a value; the template holds the others."""

from backend.operations.wallets.schemas import PassCounts, ProviderStatus
from i18n.formatting import get_formatter
from i18n.translator import N_, get_translator

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
BREAKERS = {
    "closed": (N_("Sending"), "ok", "check-circle"),
    "open": (N_("Waiting: no answer lately"), "warn", "clock"),
    "stopped": (N_("Stopped: refused"), "bad", "ban"),
}
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

    def share(self, passes: PassCounts) -> str:
        """The share of up-to-date passes among all active and refused ones; a dash when there are none."""
        whole = passes.active + passes.failed
        # Rounded down: 99.96 % must not appear as 100 % while a pass is out of date.
        thousandths = passes.right * 1000 // whole if whole else 0
        return self._format.percent(thousandths / 1000, 0 if thousandths % 10 == 0 else 1) if whole else "–"

    def seconds(self, seconds: float | None) -> str:
        return self.say(N_("%(seconds)s s"), seconds=self._format.number(seconds)) if seconds is not None else "–"

    def _badge(self, badge: Badge) -> Badge:
        text, kind, icon = badge
        return self.say(text), kind, icon
