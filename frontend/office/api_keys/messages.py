"""What the pages about API keys say."""

from collections.abc import Sequence

from backend.api_keys.schemas import ApiKeyDetail
from backend.identity.permissions.schemas import PermissionView
from frontend.kit.person import Store
from frontend.office.api_keys.form import AS_IT_IS, NEVER
from i18n.formatting import get_formatter
from i18n.translator import N_, NN_, PN_, get_translator

STATES = {
    # NOTE: it works
    "active": (PN_("state of an API key", "Active"), "ok", "check"),
    # NOTE: its last day has passed
    "expired": (PN_("state of an API key", "Expired"), "warn", "clock"),
    # NOTE: by a person, for good
    "revoked": (PN_("state of an API key", "Revoked"), "", "ban"),
}
"""Text, kind and icon."""
# NOTE: choices of when an API key expires
EXPIRY = {NEVER: PN_("choice", "Never"), "30": N_("In 30 days"), "90": N_("In 90 days"), "365": N_("In a year")}
OVERLAPS = {"0": N_("Not at all"), "1": N_("One hour"), "24": N_("One day"), "168": N_("Seven days")}


class ApiKeyMessages:
    def __init__(self, language: str, stores: Sequence[Store], permissions: Sequence[PermissionView] = ()) -> None:
        translator = get_translator(language)
        self._say, self._count, self._formatter = translator.gettext, translator.ngettext, get_formatter(language)
        self._stores = {store.id: store.name for store in stores}
        self.given = [permission for permission in permissions if permission.is_for_api_keys]

    def state(self, key: ApiKeyDetail) -> tuple[str, str, str]:
        text, kind, icon = STATES[key.state]
        return self._say(text), kind, icon

    def stores_of(self, key: ApiKeyDetail) -> str:
        if key.store_ids is None:
            return self._say(N_("All stores"))
        closed = self._say(N_("a closed store"))
        return self._formatter.listing([self._stores.get(store_id, closed) for store_id in key.store_ids])

    def permissions_of(self, key: ApiKeyDetail) -> str:
        count = len(key.permissions)
        return self._count(*NN_("%(count)s permission", "%(count)s permissions"), count, count=count)

    def expiry(self, key: ApiKeyDetail | None = None) -> dict[str, str]:
        """Choices by value; a key that has an end may keep it."""
        choices = {value: self._say(text) for value, text in EXPIRY.items()}
        if key is None or key.expires_at is None:
            return choices
        day = self._formatter.datetime(key.expires_at, "medium")
        return {AS_IT_IS: self._say(N_("As it is: %(moment)s"), moment=day)} | choices

    def overlaps(self) -> dict[str, str]:
        return {value: self._say(text) for value, text in OVERLAPS.items()}
