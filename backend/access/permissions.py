"""Every permission: what it allows, where it works, and which roles have it."""

from dataclasses import dataclass
from typing import Literal

from i18n.translator import N_

PLATFORM_ROLES = ("super_admin", "platform_admin")
MERCHANT_ROLES = ("merchant_owner", "store_member")

VIEW_PROGRAMS = "loyalty.view_programs"
MANAGE_PROGRAMS = "loyalty.manage_programs"
MANAGE_REWARDS = "loyalty.manage_rewards"
MANAGE_CARDS = "loyalty.manage_cards"
ADJUST_POINTS = "loyalty.adjust_points"
VOID_TRANSACTIONS = "loyalty.void_transactions"
MANAGE_PINS = "loyalty.manage_pins"
MANAGE_DEVICES = "loyalty.manage_devices"
VIEW_ANALYTICS = "loyalty.view_analytics"
MANAGE_TEMPLATES = "messaging.manage_templates"
MANAGE_STAFF = "staff.manage"
MANAGE_EMAILS = "messaging.manage_emails"
MANAGE_MERCHANTS = "merchants.manage"
RUN_TASKS = "operations.run_tasks"
VIEW_USERS = "users.view"
MANAGE_USERS = "users.manage"
MANAGE_SETTINGS = "settings.manage"
DEBUG_WALLETS = "loyalty.debug_wallets"
VIEW_AUDIT = "audit.view"
MANAGE_API = "api.manage"

Scope = Literal["store", "merchant", "owner", "platform", "super_admin"]


@dataclass(frozen=True, slots=True)
class Permission:
    """`scope`: where it works.

    - `store`: at the stores where it is given. What concerns all stores stays with the owner.
    - `merchant`: for the whole merchant, as soon as it is given at one store.
    - `owner`: only the owner has it; it cannot be given.
    - `platform`: administrators of the platform.
    - `super_admin`: super admins only.
    """

    scope: Scope
    title: str
    about: str
    """One sentence."""

    @property
    def is_given(self) -> bool:
        """An owner can give it to a store member."""
        return self.scope in {"store", "merchant"}


PERMISSIONS: dict[str, Permission] = {
    VIEW_PROGRAMS: Permission("store", N_("See the till"), N_("Open the till, its history and the program.")),
    MANAGE_CARDS: Permission(
        "store", N_("Serve customers"), N_("Find and enroll customers, add points and stamps, redeem rewards.")
    ),
    VOID_TRANSACTIONS: Permission(
        "store", N_("Void and return"), N_("Void an earlier transaction, and take points back for returned goods.")
    ),
    ADJUST_POINTS: Permission("store", N_("Adjust points"), N_("Correct a balance by hand, with a reason.")),
    MANAGE_PINS: Permission("store", N_("Unlock PINs"), N_("Unlock the PIN of a colleague at the same store.")),
    MANAGE_DEVICES: Permission("store", N_("Pair tablets"), N_("Pair a tablet with the store, and revoke it.")),
    VIEW_ANALYTICS: Permission("store", N_("See figures"), N_("See the figures of the store.")),
    MANAGE_PROGRAMS: Permission(
        "merchant",
        N_("Change the program"),
        N_("Change rules and marketing emails, set and lift limits."),
    ),
    MANAGE_REWARDS: Permission("merchant", N_("Change rewards"), N_("Add, change and archive rewards.")),
    MANAGE_TEMPLATES: Permission("merchant", N_("Change emails"), N_("Change what emails to customers say.")),
    MANAGE_STAFF: Permission("owner", N_("Manage staff"), N_("Invite people, change their rights, and remove them.")),
    VIEW_AUDIT: Permission("owner", N_("See the audit"), N_("See who has changed what, and download it.")),
    MANAGE_API: Permission(
        "owner", N_("Connect other systems"), N_("Make and revoke API keys, and choose what they may do.")
    ),
    MANAGE_EMAILS: Permission("platform", N_("See sent emails"), N_("See every email that was sent, and resend it.")),
    MANAGE_MERCHANTS: Permission(
        "platform",
        N_("Manage merchants"),
        N_("Open merchants, change their stores, policy and features, and act on their behalf."),
    ),
    RUN_TASKS: Permission("platform", N_("Run tasks"), N_("Check the wallets, and start tasks in the background.")),
    VIEW_USERS: Permission("platform", N_("See administrators"), N_("See who administers the platform.")),
    MANAGE_USERS: Permission(
        "super_admin", N_("Manage administrators"), N_("Invite administrators, change their role, and remove them.")
    ),
    MANAGE_SETTINGS: Permission("super_admin", N_("Change settings"), N_("Change the settings of the platform.")),
    DEBUG_WALLETS: Permission(
        "super_admin",
        N_("Examine wallet passes"),
        N_("See what was sent to the wallets for a card."),
    ),
}


def _of(*scopes: Scope) -> frozenset[str]:
    return frozenset(code for code, permission in PERMISSIONS.items() if permission.scope in scopes)


TILL = frozenset({VIEW_PROGRAMS, MANAGE_CARDS, VOID_TRANSACTIONS})
"""Proposed for a new store member: find, enroll, stamp, earn, redeem, void."""
GIVEN = _of("store", "merchant")
"""What an owner can give."""
FOR_MERCHANT = _of("merchant")
"""Work for all stores when they are given at one."""
KEPT_BY_OWNER = frozenset({MANAGE_STAFF, MANAGE_API})
"""What nobody does on behalf of a merchant: who or what gets in would stay when the half hour is over.

Administrators invite an owner from the merchant's own page, under their own name.
"""
BY_ROLE: dict[str, frozenset[str]] = {
    "super_admin": frozenset(PERMISSIONS),
    "platform_admin": _of("store", "merchant", "owner", "platform"),
    "merchant_owner": _of("store", "merchant", "owner"),
    "store_member": TILL,
}
"""For a store member these are proposed; `store_members.permissions` decides."""
