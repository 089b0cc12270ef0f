"""A card the audit doubts: nothing can be redeemed from it until a person has looked. It still earns."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import update

from backend.audit.actions import record_change
from backend.core.database import Sessions
from backend.core.events import record
from backend.core.origin import Origin
from backend.loyalty.cards.models import Card
from backend.loyalty.ledger.audit.findings import Violation
from backend.loyalty.ledger.events import CardFrozen, CardUnfrozen


async def freeze(sessions: Sessions, merchant_id: UUID, violations: Sequence[Violation], now: datetime) -> int:
    """Of one merchant. How many cards were not frozen before."""
    doubted = sorted(
        ((broken.card_id, broken.invariant) for broken in violations if broken.card_id),
        key=lambda entry: (entry[0], int(entry[1][1:])),
    )
    frozen = 0
    async with sessions.committing(merchant_id) as session:
        for card_id, entries in groupby(doubted, key=lambda entry: entry[0]):
            # A redemption that has read the card before finds its version changed.
            changed = await session.scalar(
                update(Card)
                .where(Card.merchant_id == merchant_id, Card.id == card_id, Card.frozen_at.is_(None))
                .values(frozen_at=now, version=Card.version + 1)
                .returning(Card.id)
            )
            if changed is not None:
                frozen += 1
                invariants = list(dict.fromkeys(invariant for _, invariant in entries))
                record(session, merchant_id, CardFrozen(card_id, invariants), now)
    return frozen


async def unfreeze(sessions: Sessions, origin: Origin, card_id: UUID, reason: str) -> bool:
    """False when it was not frozen. `reason`: not about a customer."""
    merchant_id = origin.merchant_id
    async with sessions.committing(merchant_id) as session:
        changed = await session.scalar(
            update(Card)
            .where(Card.merchant_id == merchant_id, Card.id == card_id, Card.frozen_at.is_not(None))
            .values(frozen_at=None, version=Card.version + 1)
            .returning(Card.id)
        )
        if changed is not None:
            record(session, merchant_id, CardUnfrozen(card_id, reason), origin.now)
            was, now_is = {"is_frozen": True}, {"is_frozen": False}
            record_change(session, origin, "card.unfrozen", subject_id=card_id, before=was, after=now_is, reason=reason)
    return changed is not None
