"""What values are called that are words of the code."""

from i18n.translator import N_

VALUES = {
    "adjust": N_("Adjust"),
    "card": N_("Card"),
    "database": N_("database"),
    "deactivate": N_("Deactivate"),
    "default": N_("default"),
    "device": N_("Device"),
    "disabled": N_("Never asked"),
    "earns": N_("Sales"),
    "environment": N_("environment"),
    "hybrid": N_("Points and stamps"),
    "merchant_owner": N_("Owner"),
    "optional": N_("When one is entered"),
    "platform_admin": N_("Administrator"),
    "points": N_("Points"),
    "points_earned": N_("Points earned"),
    "points_redeemed": N_("Points redeemed"),
    "reactivate": N_("Reactivate"),
    "redemptions": N_("Redemptions"),
    "required": N_("For each transaction"),
    "staff_pin": N_("PIN"),
    "stamps": N_("Stamps"),
    "store": N_("Store"),
    "store_member": N_("Staff"),
    "super_admin": N_("Super admin"),
}
"""Values that are words of the code, in the fields of CHOICES."""
CHOICES = {"action", "measure", "role", "scope", "source", "staff_pin_policy", "type"}
