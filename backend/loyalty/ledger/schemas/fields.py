"""What several requests may have."""

from typing import Annotated, Literal

from msgspec import Meta

from backend.core.letters import LETTER
from backend.core.schemas import SAYS_SOMETHING, Body
from backend.staff_pins.schemas import Pin

Notes = Annotated[str, Meta(max_length=500, description="A remark for colleagues. Customers do not see it.")]
TransactionExpansion = Literal["card"]
OrderReferenceText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=rf"^(?=.*(_|{LETTER}))\S(?:.*\S)?$(?!\n)",
        extra={"format": "line"},
        examples=["R-2026-4711"],
        description="Number on the receipt. It is compared without case, blanks, dashes and number signs.",
    ),
]
Reason = Annotated[
    str,
    Meta(
        max_length=500,
        pattern=SAYS_SOMETHING,
        extra={"format": "text"},
        examples=["Sweater returned"],
        description="Why. Staff read it in the card's history; customers do not see it.",
    ),
]


class Override(Body):
    """The owner, or somebody who may change the program, lifts the merchant's limits for this booking."""

    email: Annotated[str, Meta(max_length=254, examples=["owner@fashion.example"])]
    """Address with which that person signs in."""
    pin: Pin
    """PIN of that person, 4 to 8 digits."""


Quantity = Annotated[int, Meta(ge=1, le=20, description="Pieces of the reward, or full stamp cards.")]
