"""Which occasions are worth an email."""

LEFTOVER_SHARE = 10
"""Points worth less than a tenth of the cheapest reward expire without an email."""


def is_worth_telling(expired_points: int, cheapest_reward: int | None) -> bool:
    """`cheapest_reward`: its price in points; None when the program offers none."""
    return expired_points * LEFTOVER_SHARE >= (cheapest_reward or 0)
