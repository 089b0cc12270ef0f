"""When a customer is at risk, and when a merchant should do something about its customers."""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

INTERVALS = 2
"""Who stays away for longer than this many of their own mean intervals is at risk."""
VISITS_MIN = 3
"""Days with a visit that a card needs to have an interval of its own."""
IDLE = timedelta(days=60)
"""How long a card without one may be idle."""
AT_RISK_SHARE = Fraction(1, 5)
"""A merchant with more than this is losing customers."""
NEW_CARDS_MIN = 5
"""A merchant with fewer within `NEW` has few new cards."""
NEW = timedelta(days=7)


class CustomerFigures(NamedTuple):
    """Of a merchant, without test customers."""

    active_cards: int
    at_risk_cards: int
    """Of the active ones."""
    new_cards: int
    """Within `NEW`."""
    live_since: datetime | None
    counted_at: datetime

    @property
    def is_losing_customers(self) -> bool:
        """More than a fifth is at risk. Not of a merchant that is younger than the longest patience."""
        return self._is_live_for(IDLE) and self.at_risk_cards > AT_RISK_SHARE * self.active_cards

    @property
    def has_few_new_cards(self) -> bool:
        return self._is_live_for(NEW) and self.new_cards < NEW_CARDS_MIN

    def _is_live_for(self, time: timedelta) -> bool:
        return self.live_since is not None and self.live_since <= self.counted_at - time
