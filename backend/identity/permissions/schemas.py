from backend.core.enums import PermissionScope, Role
from backend.core.schemas import Answer


class PermissionView(Answer):
    """A permission, with where it works and who has it."""

    code: str
    """Stable code, such as `loyalty.manage_cards`."""
    title: str
    """Name of the permission, in the reader's language."""
    about: str
    """What the permission allows: one sentence in the reader's language."""
    scope: PermissionScope
    """Where it works: `store` where it is given, `merchant` at all stores once given at one, `owner` cannot be given,
    `platform` and `super_admin` on the platform."""
    is_given: bool
    """True when an owner can give it to a `store_member`."""
    is_proposed: bool
    """True when it is proposed for a new `store_member`."""
    roles: list[Role]
    """Roles that always have it, of `super_admin`, `platform_admin` and `merchant_owner`."""
    is_for_api_keys: bool = False
    """True when an owner can give it to an API key."""


class PermissionTable(Answer):
    """Every permission of Orion."""

    permissions: list[PermissionView]
    """All permissions."""
