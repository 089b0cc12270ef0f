from typing import Annotated

from msgspec import Meta

from backend.core.schemas import Body

Pin = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4,8}$(?!\n)",
        examples=["2468"],
        description="PIN of the person at the till, 4 to 8 digits. The policy says whether bookings need one.",
    ),
]


class PinEntry(Body):
    """A PIN to be verified."""

    staff_pin: Pin
    """PIN of the person who has signed in, 4 to 8 digits."""
