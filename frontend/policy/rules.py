"""The rules of a merchant's policy as pages name them, in the order of the form."""

from typing import NamedTuple

from i18n.translator import N_, PN_


class Rule(NamedTuple):
    """`least` and `most`: of a number. With `choices` one of them; otherwise yes or no."""

    name: str
    about: str
    least: int = 0
    most: int = 0
    choices: bool = False


PIN_POLICIES = {
    "required": N_("For each transaction"),
    "optional": N_("When one is entered"),
    "disabled": N_("Never asked"),
}
GROUPS = {
    # NOTE: plural: above the rules about PINs of people at the till
    PN_("heading", "PINs"): {
        "staff_pin_policy": Rule(
            N_("PIN at the till"), N_("Proves who records a transaction. Never asked: tills do not lock."), choices=True
        ),
        "lockout_attempts": Rule(N_("Wrong PINs until a PIN is locked"), N_("1 to 20"), 1, 20),
        "lockout_minutes": Rule(N_("Minutes for which a PIN is locked"), N_("1 to 1440"), 1, 1440),
        "lock_after_minutes": Rule(N_("Minutes until an unused till locks"), N_("0 to 240; 0: never"), 0, 240),
    },
    N_("Tills and cards"): {
        "allow_self_enrollment": Rule(
            N_("Customers join by themselves"), N_("With the join page. Otherwise only at the till.")
        ),
        "allow_void_transactions": Rule(
            N_("Tills may void"), N_("Earlier transactions, also when goods are returned.")
        ),
        "allow_cross_location_redemption": Rule(
            N_("Cards work at all stores"), N_("Otherwise only at the store where the customer joined.")
        ),
        "require_order_reference": Rule(
            N_("A sale names its receipt"), N_("The till asks for the number of the receipt.")
        ),
        "log_ip_addresses": Rule(
            N_("Transactions keep addresses of devices"), N_("The network address and the browser, to trace misuse.")
        ),
    },
}
RULES = {name: rule for group in GROUPS.values() for name, rule in group.items()}
OWN = ("lock_after_minutes",)
"""What the merchant sets; the rest stays with the platform."""
