"""What pages say about roles and permissions."""

from collections.abc import Sequence

from backend.identity.permissions.schemas import PermissionView
from i18n.translator import N_, PN_, get_translator

ROLES = {
    # NOTE: a person who works at a store
    "store_member": PN_("role", "Staff"),
    # NOTE: a person who administers a merchant
    "merchant_owner": PN_("role", "Owner"),
    # NOTE: a person who operates the platform
    "platform_admin": PN_("role", "Administrator"),
    "super_admin": N_("Super admin"),
}
SCOPES = {
    "store": N_("At single stores"),
    "merchant": N_("For all stores at once"),
    "owner": N_("Owners only"),
    "platform": N_("Administrators of the platform"),
    "super_admin": N_("Super admins only"),
}
ABOUT_SCOPES = {
    "store": N_("They work at the store where they are given. What concerns all stores stays with the owner."),
    "merchant": N_("Given at one store, they work for all: a merchant has only one program."),
    "owner": N_("These cannot be given to anybody else."),
    "platform": N_("For those who operate the platform; no merchant has them."),
    "super_admin": N_("For super admins; administrators do not have them."),
}

WRONG = {
    "email": N_("Enter an email address, like lea@example.com."),
    "stores": N_("Tick at least one permission: without one they can do nothing."),
}
"""By field of an invitation."""


class PermissionMessages:
    def __init__(self, language: str) -> None:
        self._say = get_translator(language).gettext

    def role(self, role: str) -> str:
        return self._say(ROLES[role])

    def roles(self) -> dict[str, str]:
        return {role: self._say(text) for role, text in ROLES.items()}

    def groups(self, permissions: Sequence[PermissionView]) -> list[tuple[str, str, list[PermissionView]]]:
        """Title, sentence and permissions of each scope that has any."""
        groups = {scope: [row for row in permissions if row.scope == scope] for scope in SCOPES}
        return [
            (self._say(SCOPES[scope]), self._say(ABOUT_SCOPES[scope]), rows) for scope, rows in groups.items() if rows
        ]
