from typing import Annotated

from msgspec import Meta

from backend.core.schemas import Body

Pin = Annotated[str, Meta(pattern=r"^[0-9]{4,8}$(?!\n)", extra={"format": "pin"}, examples=["2468"])]


class PinEntry(Body):
    staff_pin: Pin
