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
    """None: the first of the staff."""
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
        person = next((each for each in people if self.staff_name in {None, each["name"]}), None)
        if person is None:
            raise NotAccepted(
                f"{self.staff_name} does not work at the store" if people else "nobody works at the store"
            )
        return person

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
