"""When a phone may ring: only for news, and never more often than its provider lets through."""

from datetime import timedelta

from backend.wallets.ports import CardSnapshot, Notify

WINDOW = timedelta(hours=24)
"""As the statement `take_wallet_lease` counts."""
RINGS_MAX = {Notify.REWARD_READY: 3, Notify.POINTS_EXPIRING: 2}
"""Google drops a pass's fourth in a day; the last of the three is kept for the better news."""


def ring_of(asked: str | None, rung: int, snapshot: CardSnapshot) -> Notify | None:
    """What there still is to ring for; None also for what is no news any more, or over the budget."""
    reason = Notify(asked) if asked else None
    if reason is None or not snapshot.is_live or rung >= RINGS_MAX[reason]:
        return None
    is_news = snapshot.reward_ready if reason is Notify.REWARD_READY else snapshot.next_expiry_points > 0
    return reason if is_news else None
