from typing import Annotated, Literal

from msgspec import Meta

from backend.core.schemas import Answer, Body

LimitMeasure = Literal["earns", "points_earned", "stamps", "redemptions", "points_redeemed"]

LimitScope = Literal["card", "staff_pin", "device", "store"]

WINDOW_MINUTES_MAX = 44_640
LIMITS_MAX = 50


class FraudLimitEntry(Body):
    """A limit: bookings beyond it are refused with `limit_reached`."""

    scope: LimitScope
    """Each `card`, `staff_pin`, `device` or `store` has the limit by itself. A `staff_pin` stands for its person at all
    stores."""
    measure: LimitMeasure
    """What is counted: sales (`earns`), points, stamps, pieces of rewards (`redemptions`) or points paid for
    rewards."""
    window_minutes: Annotated[int, Meta(ge=1, le=WINDOW_MINUTES_MAX, examples=[1440])]
    """How far back bookings count, in minutes; at most 31 days."""
    maximum: Annotated[int, Meta(ge=0, le=1_000_000_000, examples=[10])]
    """The most that is allowed within the window, in the unit of `measure`."""


class FraudLimitList(Body):
    """All limits of the merchant. They replace the former ones."""

    limits: Annotated[list[FraudLimitEntry], Meta(max_length=LIMITS_MAX)]
    """At most 50 limits; empty for none."""


class FraudLimitsView(Answer):
    """The limits in force."""

    limits: list[FraudLimitEntry]
    """All limits of the merchant."""
