"""What several requests may have."""

from typing import Annotated

from msgspec import Meta

from backend.core.schemas import SAYS_SOMETHING, Body
from backend.staff_pins.schemas import Pin

Notes = Annotated[str, Meta(max_length=500)]
OrderReferenceText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=r"^(?=.*\w)\S(?:.*\S)?$(?!\n)",
        extra={"format": "line"},
        examples=["R-2026-4711"],
    ),
]
"""Compared without case, blanks, dashes and number signs."""
Reason = Annotated[
    str, Meta(max_length=500, pattern=SAYS_SOMETHING, extra={"format": "text"}, examples=["Sweater returned"])
]


class Override(Body):
    """The owner, or somebody who may change the program, lifts the merchant's limits for this booking."""

    email: Annotated[str, Meta(max_length=254, examples=["owner@fashion.example"])]
    pin: Pin


Quantity = Annotated[int, Meta(ge=1, le=20)]
