"""Every permission, and the permissions of every role."""

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
MANAGE_EMAILS = "messaging.manage_emails"
MANAGE_SETTINGS = "settings.manage"
RUN_TASKS = "operations.run_tasks"
DEBUG_WALLETS = "loyalty.debug_wallets"

TILL = frozenset({VIEW_PROGRAMS, MANAGE_CARDS, VOID_TRANSACTIONS})
"""Default permissions of a store member: find, enroll, stamp, earn, redeem, void."""

OWNER = TILL | {
    MANAGE_PROGRAMS,
    MANAGE_REWARDS,
    ADJUST_POINTS,
    MANAGE_PINS,
    MANAGE_DEVICES,
    VIEW_ANALYTICS,
    MANAGE_TEMPLATES,
}

BY_ROLE: dict[str, frozenset[str]] = {
    "super_admin": OWNER | {MANAGE_EMAILS, MANAGE_SETTINGS, RUN_TASKS, DEBUG_WALLETS},
    "platform_admin": OWNER | {MANAGE_EMAILS, RUN_TASKS},
    "merchant_owner": OWNER,
    "store_member": TILL,
}
"""For a store member these are defaults; `store_members.permissions` decides."""
