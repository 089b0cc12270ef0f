"""What the pages about staff say."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from backend.identity.members.schemas import MemberDetail, MemberStore
from backend.identity.permissions.schemas import PermissionView
from frontend.kit.person import Store
from frontend.permissions.messages import PermissionMessages
from i18n.formatting import get_formatter
from i18n.translator import N_, NN_, PN_, get_translator

PINS = {
    "none": (N_("No PIN"), "", ""),
    "set": (N_("PIN set"), "ok", "lock"),
    "locked": (N_("PIN locked"), "warn", "ban"),
    "disabled": (N_("PIN disabled"), "bad", "ban"),
}
"""Text, kind and icon."""
OWNER = "merchant_owner"


class StaffMessages(PermissionMessages):
    def __init__(self, language: str, stores: Sequence[Store], permissions: Sequence[PermissionView] = ()) -> None:
        super().__init__(language)
        translator = get_translator(language)
        self._count, self._listing = translator.ngettext, get_formatter(language).listing
        self._stores = {store.id: store.name for store in stores}
        self._titles = {permission.code: permission.title for permission in permissions}

    def stores_of(self, role: str, stores: Sequence[MemberStore]) -> str:
        """Where they work, on one line."""
        if role == OWNER:
            return self._say(N_("All stores"))
        if not stores:
            return self._say(N_("No store"))
        return self._listing([self.store(place.store_id) for place in stores])

    def store(self, store_id: UUID) -> str:
        return self._stores.get(store_id) or self._say(N_("a closed store"))

    def permissions_of(self, stores: Sequence[MemberStore]) -> str:
        """How many at most at one store."""
        most = max((len(place.permissions) for place in stores), default=0)
        return self._count(*NN_("%(count)s permission", "%(count)s permissions"), most, count=most)

    def pin_of(self, member: MemberDetail) -> tuple[str, str, str]:
        text, kind, icon = PINS[member.pin.state]
        return self._say(text), kind, icon

    def rights_at(self, codes: Sequence[str]) -> str:
        """The titles of permissions, on one line."""
        titles = [self._titles.get(code, code) for code in codes]
        # NOTE: the person has no permission there
        return self._listing(titles) if titles else self._say(PN_("value", "nothing"))

    def differences(self, role: str | None, stores: Mapping[UUID, Sequence[str]]) -> list[str]:
        """Sentences about what is saved now, where the form means something else."""
        said = [self._say(N_("Role: %(role)s"), role=self.role(role))] if role else []
        return said + [
            self._say(N_("%(store)s: %(permissions)s"), store=self.store(store_id), permissions=self.rights_at(codes))
            for store_id, codes in stores.items()
        ]
