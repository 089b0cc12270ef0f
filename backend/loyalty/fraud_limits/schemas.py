from typing import Annotated, Literal

from msgspec import Meta

from backend.core.schemas import Answer, Body

WINDOW_MINUTES_MAX = 44_640
LIMITS_MAX = 50


class FraudLimitEntry(Body):
    scope: Literal["card", "staff_pin", "device", "store"]
    """For each of which the limit counts by itself. A PIN stands for its person, at all stores and devices."""
    measure: Literal["earns", "points_earned", "stamps", "redemptions", "points_redeemed"]
    """What is counted: sales, points, stamps, pieces of rewards and full stamp cards, points paid."""
    window_minutes: Annotated[int, Meta(ge=1, le=WINDOW_MINUTES_MAX, examples=[1440])]
    """How far back from the moment of a booking; at most 31 days."""
    maximum: Annotated[int, Meta(ge=0, le=1_000_000_000, examples=[10])]


class FraudLimitList(Body):
    limits: Annotated[list[FraudLimitEntry], Meta(max_length=LIMITS_MAX)]


class FraudLimitsView(Answer):
    limits: list[FraudLimitEntry]
