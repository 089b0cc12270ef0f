"""What is known so far while the reference tablet goes through its steps."""

from dataclasses import dataclass, field
from uuid import uuid4

from backend.devices.simulator.client import HttpTablet
from backend.devices.simulator.queue import ApiJson, OfflineQueue


class NotAccepted(Exception):
    """What is not as it should be."""


@dataclass
class AcceptanceRun:
    tablet: HttpTablet
    code: str
    staff_name: str | None = None
    """Or how the name begins. None: the first of the staff."""
    staff_pin: str | None = None
    bootstrap: ApiJson = field(default_factory=dict)
    card: ApiJson = field(default_factory=dict)
    grant: ApiJson = field(default_factory=dict)
    allowance: ApiJson = field(default_factory=dict)
    queue: OfflineQueue | None = None

    @property
    def staff(self) -> ApiJson:
        """Who works on it. Raises NotAccepted."""
        people: list[ApiJson] = self.bootstrap["staff"]
        if not people:
            raise NotAccepted("nobody works at the store")
        if self.staff_name is None:
            return people[0]
        exact = [each for each in people if each["name"] == self.staff_name]
        meant = exact or [each for each in people if each["name"].startswith(self.staff_name)]
        if len(meant) != 1:
            problem = "could be several people" if meant else "does not work at the store"
            raise NotAccepted(f"{self.staff_name} {problem}: {', '.join(each['name'] for each in people)}")
        return meant[0]

    @property
    def named(self) -> ApiJson:
        """Who books online."""
        pin = {"staff_pin": self.staff_pin} if self.staff_pin else {}
        return {"staff_id": self.staff["id"]} | pin

    @property
    def sale(self) -> ApiJson:
        """Of 100 euros, with what the store asks for."""
        categories = [each["id"] for each in self.bootstrap["categories"][:1]]
        return {"purchase_amount_cents": 10_000, "category_ids": categories, "order_reference": uuid4().hex[:12]}


def check(is_so: bool, otherwise: str) -> None:
    """Raises NotAccepted."""
    if not is_so:
        raise NotAccepted(otherwise)
