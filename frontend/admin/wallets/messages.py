"""Texts of the wallets page that depend on a value; the template holds the others."""

from backend.operations.wallets.schemas import PassCounts, ProviderStatus
from i18n.formatting import get_formatter
from i18n.translator import N_, PN_, get_translator

STEPS = {
    "file_readable": N_("Key file"),
    # NOTE: noun: whether the file holds a private key
    "key_parses": PN_("check", "Key"),
    # NOTE: noun: whether Google lets Orion in
    "token": PN_("check", "Access"),
    # NOTE: noun: whether Google knows the account that issues passes, or who has signed Apple’s certificate
    "issuer": PN_("check", "Issuer"),
    # NOTE: plural: whether Google accepts the programs of merchants
    "class": PN_("check", "Programs"),
    # NOTE: noun: whether Google can fetch the logo
    "logo": PN_("check", "Logo"),
    # NOTE: plural: whether the certificates can be read
    "files_readable": PN_("check", "Files"),
    "files_private": N_("File permissions"),
    "pass_type": N_("Pass type"),
    "pair_matches": N_("Key pair"),
    "issued_by_wwdr": PN_("check", "Issuer"),
    # NOTE: noun: how long the certificate is valid
    "days_left": PN_("check", "Validity"),
    # NOTE: noun: whether phones can reach Orion’s public URL
    "public_address": PN_("check", "Address"),
    "apns_reachable": N_("Push service"),
}
OUTCOMES = {
    # NOTE: verb: as it has to be
    "ok": (PN_("state of a check", "Works"), "ok", "check-circle"),
    "warning": (N_("Needs attention"), "warn", "alert-triangle"),
    # NOTE: something that was checked does not work
    "failed": (PN_("state of a check", "Failed"), "bad", "x"),
    "skipped": (N_("Not tried"), "", "clock"),
}
BREAKERS = {
    # NOTE: verb: passes are being sent to Google or Apple
    "closed": (PN_("state of a connection", "Sending"), "ok", "check-circle"),
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
