from backend.core.schemas import Answer


class PermissionView(Answer):
    code: str
    title: str
    about: str
    """One sentence, in the reader's language like the title."""
    scope: str
    """store | merchant | owner | platform | super_admin: where it works; see the operation."""
    is_given: bool
    """An owner can give it to a store member."""
    is_proposed: bool
    """Proposed for a new store member."""
    roles: list[str]
    """The roles that always have it: super_admin | platform_admin | merchant_owner."""
    is_for_api_keys: bool = False
    """An owner can give it to an API key."""


class PermissionTable(Answer):
    permissions: list[PermissionView]
