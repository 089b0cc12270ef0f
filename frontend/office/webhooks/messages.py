"""What the pages about webhooks say."""

from backend.webhooks.schemas import WebhookDeliverySummary, WebhookEndpointDetail
from i18n.formatting import get_formatter
from i18n.translator import N_, PN_, get_translator

STATES = {
    # NOTE: it will be sent
    "waiting": (PN_("state of a delivery", "Waiting"), "info", "clock"),
    # NOTE: the server has confirmed the event
    "delivered": (PN_("state of a delivery", "Delivered"), "ok", "check-circle"),
    # NOTE: for good
    "failed": (PN_("state of a delivery", "Failed"), "bad", "x"),
}
"""Text, kind and icon of each badge."""
OUTCOMES = {
    "delivered": (PN_("state of a delivery", "Delivered"), "ok", "check-circle"),
    "refused": (N_("Not confirmed"), "warn", "alert-triangle"),
    "unreachable": (N_("Not reached"), "warn", "wifi-off"),
    "given_up": (N_("Given up"), "bad", "x"),
    "replayed": (N_("Sent again by hand"), "info", "undo"),
}
DONE = {
    "saved": N_("The endpoint is saved."),
    "deleted": N_("The endpoint is deleted."),
    "tested": N_("A test is on its way. Reload the page in a few seconds."),
    "replayed": N_("It is being sent again. Reload the page in a few seconds."),
    "ended": N_("The former secret no longer works."),
}
ERRORS = {
    "invalid": N_("Enter an address such as https://shop.example/orion, without a name or password in it."),
    "https_required": N_("The address must begin with https."),
    "port_not_allowed": N_("The address must use port 443."),
    "not_public": N_("This address cannot be reached from the internet."),
}
"""For codes of the field `url`."""
FAILING = N_("The endpoint has not confirmed any event for three days. Repair it, activate it and replay what failed.")
CHOOSE = N_("Choose at least one kind of event.")
OVERLAPS = {"24": N_("24 hours"), "72": N_("3 days"), "168": N_("7 days"), "0": N_("no time: it has leaked")}
Badge = tuple[str, str, str]


class WebhookMessages:
    def __init__(self, language: str) -> None:
        self._say = get_translator(language).gettext
        self._number = get_formatter(language).number

    def states(self) -> dict[str, str]:
        return {state: self._say(text) for state, (text, *_) in STATES.items()}

    def overlaps(self) -> dict[str, str]:
        return {hours: self._say(text) for hours, text in OVERLAPS.items()}

    def done(self, code: str) -> str:
        return self._say(DONE[code]) if code in DONE else ""

    def error(self, code: str) -> str:
        return self._say(ERRORS.get(code, ERRORS["invalid"]))

    def choose(self) -> str:
        return self._say(CHOOSE)

    def state_of(self, delivery: WebhookDeliverySummary) -> Badge:
        text, kind, icon = STATES[delivery.state]
        return self._say(text), kind, icon

    def outcome_of(self, outcome: str) -> Badge:
        text, kind, icon = OUTCOMES.get(outcome, OUTCOMES["refused"])
        return self._say(text), kind, icon

    def duration(self, ms: int) -> str:
        return self._say(N_("%(ms)s ms"), ms=self._number(ms))

    def badge_of(self, endpoint: WebhookEndpointDetail) -> Badge:
        if endpoint.disabled_because is not None:
            # NOTE: Orion has switched it off because it did not work
            return self._say(PN_("state of an endpoint", "Disabled")), "bad", "ban"
        if not endpoint.is_active:
            # NOTE: by the merchant
            return self._say(PN_("state of an endpoint", "Paused")), "warn", "ban"
        if endpoint.failing_since is not None:
            # NOTE: it has not confirmed its latest events
            return self._say(PN_("state of an endpoint", "Failing")), "warn", "alert-triangle"
        # NOTE: it works
        return self._say(PN_("state of an endpoint", "Active")), "ok", "check-circle"

    def trouble_of(self, endpoint: WebhookEndpointDetail) -> str:
        """Empty when there is none."""
        if endpoint.disabled_because == "gone":
            return self._say(N_("The endpoint answered 410 and gets no more events. Activate it when it wants them."))
        if endpoint.disabled_because == "failing":
            return self._say(FAILING)
        return ""
