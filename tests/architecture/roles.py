"""Everybody who may ask, and what each operation must answer them."""

from dataclasses import dataclass

from backend.access.permissions import BY_ROLE, FOR_MERCHANT, GIVEN, KEPT_BY_OWNER, TILL
from tests.architecture.guards import (
    ACTING,
    ALSO_BY_PIN,
    ALSO_ON_BEHALF,
    ALSO_WITHOUT_FACTOR,
    AS_CUSTOMER,
    AS_DEVICE,
    AT_A_STORE,
    CONFIRMED,
    FOR_DEVICES,
    NOT_ON_BEHALF,
)

LET_IN = "let in"
OWNER = BY_ROLE["merchant_owner"]
NOBODY = frozenset[str]()


@dataclass(frozen=True)
class Role:
    """`at_store`: the permissions at the store that is asked; None: they do not work there."""

    refusal: str | None = None
    at_store: frozenset[str] | None = None
    of_merchant: frozenset[str] = NOBODY
    of_platform: frozenset[str] = NOBODY
    is_staff: bool = True
    is_by_pin: bool = False
    elsewhere: frozenset[str] = NOBODY
    """At another store of theirs."""
    is_device: bool = False
    lacks_factor: bool = False
    is_confirmed: bool = False
    acts_on_behalf: bool = False
    as_customer: str = "unauthenticated"
    """What a customer's operation answers."""

    def verdict(self, required: str) -> str:
        """The first refusal in the order in which guards run."""
        parts = required.split(" and ") if required else []
        if not parts:
            return LET_IN
        if AS_CUSTOMER in parts:
            return self.as_customer
        if self.is_device and FOR_DEVICES not in parts:
            return "not_for_devices"
        if AS_DEVICE in parts and not self.is_device:
            return self.refusal or ("stays_with_owner" if self.acts_on_behalf else self._of_nobody(parts))
        return self.refusal or self._of_the_session(parts) or self._of_the_rights(parts) or LET_IN

    def _of_nobody(self, parts: list[str]) -> str:
        """A person where only devices are let in."""
        is_elsewhere = parts[0].startswith(AT_A_STORE) and self.at_store is None
        return "store_not_found" if is_elsewhere else "unauthenticated"

    def _of_the_session(self, parts: list[str]) -> str | None:
        is_at_store = parts[0].startswith(("store: ", AT_A_STORE))
        is_open_on_behalf = parts[0].startswith(("merchant: ", "some store: ")) or {ACTING, ALSO_ON_BEHALF} & {*parts}
        if self.acts_on_behalf and (NOT_ON_BEHALF in parts or not is_open_on_behalf):
            return "stays_with_owner"
        if is_at_store or ALSO_BY_PIN in parts:
            return None
        if self.is_by_pin:
            return "password_needed"
        return "second_factor_missing" if self.lacks_factor and ALSO_WITHOUT_FACTOR not in parts else None

    def _of_the_rights(self, parts: list[str]) -> str | None:
        if parts[0].startswith(("store: ", AT_A_STORE)) and self.at_store is None:
            return "store_not_found"
        anywhere = self.of_merchant | (self.at_store or NOBODY) | self.elsewhere
        held = {
            "store": self.at_store,
            "merchant": self.of_merchant,
            "platform": self.of_platform,
            "some store": anywhere,
        }
        asked = [part.partition(": ")[::2] for part in parts if ": " in part]
        if self.acts_on_behalf and KEPT_BY_OWNER & {right for _, right in asked}:
            return "stays_with_owner"
        if not all(self.is_staff if where == "staff" else right in (held[where] or ()) for where, right in asked):
            return "forbidden"
        if ACTING in parts and not self.acts_on_behalf:
            return "forbidden"
        return "confirmation_required" if CONFIRMED in parts and not self.is_confirmed else None


ROLES = {
    "super admin": Role(of_platform=BY_ROLE["super_admin"], is_staff=False, is_confirmed=True),
    "platform admin": Role(of_platform=BY_ROLE["platform_admin"], is_staff=False),
    "administrator without a second factor": Role(
        of_platform=BY_ROLE["super_admin"], is_staff=False, lacks_factor=True, is_confirmed=True
    ),
    "administrator on behalf of the merchant": Role(of_merchant=OWNER - KEPT_BY_OWNER, acts_on_behalf=True),
    "owner": Role(at_store=OWNER, of_merchant=OWNER, is_confirmed=True),
    "owner who has taken over a till by PIN": Role(at_store=TILL, is_by_pin=True),
    "member with all permissions": Role(at_store=GIVEN, of_merchant=FOR_MERCHANT),
    "member with none": Role(at_store=NOBODY),
    "member of another store": Role(of_merchant=FOR_MERCHANT, elsewhere=GIVEN),
    "tablet": Role(at_store=TILL, is_device=True),
    "owner of another merchant": Role(of_merchant=OWNER),
    "member who has left": Role(refusal="unauthenticated"),
    "customer": Role(refusal="unauthenticated", as_customer=LET_IN),
    "customer whose session has expired": Role(refusal="unauthenticated", as_customer="session_expired"),
    "nobody": Role(refusal="unauthenticated"),
    "expired session": Role(refusal="session_expired"),
    "revoked session": Role(refusal="unauthenticated"),
}
