from uuid import UUID

from backend.core.schemas import Answer, Body
from backend.staff_pins.schemas import Pin


class Colleague(Answer):
    user_id: UUID
    name: str


class Colleagues(Answer):
    data: list[Colleague]
    """Those with a PIN; nobody where the merchant uses none."""


class PinSwitch(Body):
    user_id: UUID
    staff_pin: Pin
