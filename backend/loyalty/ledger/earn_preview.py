"""What a sale would earn, without booking it."""

from uuid import UUID

from backend.core.idempotency import Key
from backend.core.origin import Origin
from backend.loyalty.ledger.booking.authorization import Authorization
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.booking.limits import keep_within_limits
from backend.loyalty.ledger.booking.request import BookingRequest
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.queries import get_state
from backend.loyalty.ledger.schemas.bookings import Earn, EarnPreview
from backend.loyalty.ledger.views import Show

NO_KEY = Key("", "")


async def preview_earn(ledger: Ledger, origin: Origin, card_id: UUID, body: Earn) -> EarnPreview:
    """Makes the checks of the booking, those of limits too, and writes nothing. PIN and override are not asked for.

    Raises the booking's problems. A receipt number that is used already is found by the booking only.
    """
    state = await get_state(ledger.pool, origin, card_id)
    operation = EarnPoints(body)
    operation.check(state)
    draft = BookingDraft(state, origin)
    nobody = Authorization(ledger.pins, BookingRequest(origin, NO_KEY, card_id=card_id))
    decided = await keep_within_limits(ledger.pool, draft, operation.decide(draft), nobody)
    card = Show(ledger.links, origin.language, origin.now).card(draft.state)
    return EarnPreview(
        points_earned=decided.rows[0].amount if decided.rows else 0,
        points_balance=card.points_balance,
        reward_ready=card.reward_ready or any(reward.redeemable for reward in card.rewards),
        card=card,
    )
