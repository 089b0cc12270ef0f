"""When the phone of a card's holder shows a notification: only for news, and within the provider's daily limit."""

from datetime import timedelta

from backend.wallets.ports import CardSnapshot, NotifyReason

WINDOW = timedelta(hours=24)
"""As in the SQL function `take_wallet_lease`."""
PER_WINDOW_MAX = {NotifyReason.REWARD_READY: 3, NotifyReason.POINTS_EXPIRING: 2}
"""Google drops a pass's fourth notification of a day. The third is kept for a reward."""


def due_notification(requested: NotifyReason | None, sent: int, card: CardSnapshot) -> NotifyReason | None:
    """The requested notification, unless it is no longer true of the card or the limit is reached.

    `sent`: in the last 24 hours.
    """
    if requested is None or not card.is_live or sent >= PER_WINDOW_MAX[requested]:
        return None
    is_news = card.reward_ready if requested is NotifyReason.REWARD_READY else card.next_expiry_points > 0
    return requested if is_news else None
