from uuid import UUID

from backend.core.schemas import Answer, Body
from backend.staff_pins.schemas import Pin


class Colleague(Answer):
    """A person who can take over this till with their PIN."""

    user_id: UUID
    """Id of the person, for `POST /store/loyalty/pins/switch`."""
    name: str
    """Name of the person."""


class Colleagues(Answer):
    """Who can take over this till."""

    data: list[Colleague]
    """People with a PIN, by name. Empty where the merchant uses no PINs."""


class PinSwitch(Body):
    """Takes over the till."""

    user_id: UUID
    """Id of the person who takes over, from `GET /store/loyalty/pins/colleagues`."""
    staff_pin: Pin
    """PIN of the person who takes over, 4 to 8 digits."""
