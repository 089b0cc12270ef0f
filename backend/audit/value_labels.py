"""What values are called that are words of the code."""

from i18n.translator import N_, PN_

VALUES = {
    # NOTE: verb: points or stamps of many cards were corrected by hand
    "adjust": PN_("audited value", "Adjust"),
    # NOTE: noun: a limit holds for each card
    "card": PN_("audited value", "Card"),
    # NOTE: the value was saved on a page
    "database": PN_("source of a setting", "database"),
    # NOTE: verb: many cards were deactivated
    "deactivate": PN_("audited value", "Deactivate"),
    # NOTE: the value is Orion’s own
    "default": PN_("source of a setting", "default"),
    # NOTE: noun: a limit holds for each tablet
    "device": PN_("audited value", "Device"),
    "disabled": N_("Never asked"),
    # NOTE: plural: a limit counts them
    "earns": PN_("audited value", "Sales"),
    # NOTE: the value comes from an environment variable
    "environment": PN_("source of a setting", "environment"),
    "hybrid": N_("Points and stamps"),
    "merchant_owner": PN_("role", "Owner"),
    "optional": N_("When one is entered"),
    "platform_admin": PN_("role", "Administrator"),
    "points": PN_("unit", "Points"),
    "points_earned": N_("Points earned"),
    "points_redeemed": N_("Points redeemed"),
    # NOTE: verb: many cards were reactivated
    "reactivate": PN_("audited value", "Reactivate"),
    # NOTE: plural: a limit counts them
    "redemptions": PN_("audited value", "Redemptions"),
    "required": N_("For each transaction"),
    # NOTE: noun: a limit holds for each PIN
    "staff_pin": PN_("audited value", "PIN"),
    "stamps": PN_("unit", "Stamps"),
    # NOTE: noun: a limit holds for each store
    "store": PN_("audited value", "Store"),
    "store_member": PN_("role", "Staff"),
    "super_admin": N_("Super admin"),
}
"""Values that are words of the code, in the fields of CHOICES."""
CHOICES = {"action", "measure", "role", "scope", "source", "staff_pin_policy", "type"}
