from typing import Annotated
from uuid import UUID

from msgspec import Meta

StaffId = Annotated[
    UUID, Meta(description="From a tablet only, which is nobody's: id of the person at the till, whose PIN it is.")
]
Pin = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4,8}$(?!\n)",
        extra={"format": "pin"},
        examples=["2468"],
        description="PIN of the person at the till, 4 to 8 digits. The policy says whether bookings need one.",
    ),
]
