"""What the pages about tablets say."""

from decimal import Decimal

from backend.devices.schemas import DeviceView
from i18n.formatting import get_formatter
from i18n.translator import N_, NN_, PN_, get_translator

STATES = {
    "created": (N_("Not paired yet"), "info", "clock"),
    "paired": (N_("In use"), "ok", "check"),
    # NOTE: until the office lets it work again
    "suspended": (PN_("state of a tablet", "Suspended"), "warn", "ban"),
    # NOTE: for good: it is refused
    "revoked": (PN_("state of a tablet", "Revoked"), "bad", "ban"),
}
"""Text, kind and icon."""
PROFILES = {"till": N_("Till, for staff"), "kiosk": N_("Kiosk, for customers")}
DONE = {
    "saved": PN_("message", "Saved."),
    "revoked": N_("The tablet is revoked. Its next request is refused."),
    "resumed": N_("The tablet works again."),
    "sent": N_("The tablet shows the message within a quarter of an hour."),
    "asked": N_("The tablet is asked to delete everything as soon as it calls."),
    "kept": N_("The tablet keeps everything."),
}
OFFSET_SECONDS_SHOWN = 60
BATTERY_LOW = 20


class DeviceMessages:
    def __init__(self, language: str) -> None:
        translator = get_translator(language)
        self._say, self._count = translator.gettext, translator.ngettext
        self._number, self._percent = get_formatter(language).number, get_formatter(language).percent

    def done(self, code: str) -> str:
        return self._say(DONE[code]) if code in DONE else ""

    def state(self, device: DeviceView) -> tuple[str, str, str]:
        text, kind, icon = STATES[device.state]
        return self._say(text), kind, icon

    def profile(self, profile: str) -> str:
        return self._say(PROFILES[profile])

    @property
    def profiles(self) -> dict[str, str]:
        return {code: self._say(text) for code, text in PROFILES.items()}

    def pending(self, device: DeviceView) -> str:
        """Empty when nothing waits on it."""
        if not device.pending_count:
            return ""
        waiting = NN_("%(count)s transaction waits on it.", "%(count)s transactions wait on it.")
        return self._count(*waiting, device.pending_count, count=self._number(device.pending_count))

    def review(self, device: DeviceView) -> str:
        """Empty when nothing waits for a decision."""
        if not device.review_count:
            return ""
        waiting = NN_("%(count)s transaction to review", "%(count)s transactions to review")
        return self._count(*waiting, device.review_count, count=self._number(device.review_count))

    def version(self, device: DeviceView) -> str:
        parts = [device.app_version_name or "", f"({device.app_version_code})" if device.app_version_code else ""]
        return " ".join(filter(None, parts))

    def hardware(self, device: DeviceView) -> str:
        return " ".join(filter(None, (device.brand, device.model)))

    def offset(self, device: DeviceView) -> str:
        """How wrong its clock is, where that is worth a word."""
        seconds = round((device.clock_offset_ms or 0) / 1000)
        if abs(seconds) < OFFSET_SECONDS_SHOWN:
            return ""
        fast = NN_("%(count)s second fast", "%(count)s seconds fast")
        slow = NN_("%(count)s second slow", "%(count)s seconds slow")
        count = abs(seconds)
        return self._count(*(fast if seconds > 0 else slow), count, count=self._number(count))

    def battery(self, device: DeviceView) -> str:
        return self._percent(Decimal(device.battery_percent or 0) / 100)

    def is_low(self, device: DeviceView) -> bool:
        return device.battery_percent is not None and device.battery_percent < BATTERY_LOW
