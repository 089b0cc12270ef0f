"""Reads the story of a card over ledger, outbox, emails, webhooks and wallets."""

from datetime import datetime

import asyncpg

from backend.core.database import Sessions
from backend.loyalty.customers.masking import masked_email, masked_name
from backend.loyalty.ledger.booking.card import CustomerState
from backend.loyalty.ledger.history import HistoryRow, list_transactions
from backend.loyalty.ledger.views import CardBalances
from backend.messaging.story import list_cards_mails
from backend.operations.stories.bookings import list_device_names, story_bookings
from backend.operations.stories.card_advice import next_steps
from backend.operations.stories.card_story import CardStory, MergedFrom, StoryCard
from backend.operations.stories.events import list_open_events
from backend.operations.stories.expiry import find_expiry_failure
from backend.operations.stories.stock import expired_amount, story_holds, story_lots
from backend.operations.wallets.scopes import FoundCard, find_card
from backend.wallets.snapshot import WalletState, find_wallet_state
from backend.wallets.story import list_pass_stories
from backend.webhooks.story import list_cards_deliveries

BOOKINGS_MAX = 50


async def read_card_story(pool: asyncpg.Pool, sessions: Sessions, code_or_id: str, now: datetime) -> CardStory:
    """Of any merchant. Raises CardNotFound."""
    card = await find_card(sessions, code_or_id)
    history = await list_transactions(pool, card.merchant_id, card_id=card.card_id, limit=BOOKINGS_MAX)
    return await _story(sessions, card, history, now)


async def _story(sessions: Sessions, card: FoundCard, history: list[HistoryRow], now: datetime) -> CardStory:
    key = (card.merchant_id, card.card_id)
    async with sessions.committing(card.merchant_id) as session:
        state = await find_wallet_state(session, *key, now)
        assert state is not None, "the card exists"
        devices = await list_device_names(session, card.merchant_id, (hold.device_id for hold in state.holds))
        customer_id = state.customer.id if state.customer else None
        story = CardStory(
            card=_card(state, card.merchant_code, now),
            lots=story_lots(state, now),
            holds=story_holds(state, devices, now),
            bookings=(await story_bookings(session, card.merchant_id, history[:BOOKINGS_MAX]))[::-1],
            has_earlier=len(history) > BOOKINGS_MAX,
            mails=await list_cards_mails(session, *key),
            deliveries=await list_cards_deliveries(session, *key, now),
            passes=await list_pass_stories(session, *key, now),
            events=await list_open_events(session, *key, customer_id, now),
            expiry_failure=await find_expiry_failure(session, state, card.merchant_code, now),
            next=[],
        )
    story.next.extend(next_steps(story))
    return story


def _card(state: WalletState, merchant_code: str, now: datetime) -> StoryCard:
    row, balances = state.card, CardBalances.of(state, now)
    return StoryCard(
        id=row.id,
        code=row.code,
        merchant=merchant_code,
        store=state.enrolled_store.code,
        program=state.program.name,
        program_type=state.program.type,
        terms_version=state.terms.version,
        customer=_masked(state.customer),
        state=row.state,
        frozen_at=row.frozen_at,
        merged_into=state.goes_on_as.code if state.goes_on_as else None,
        merged_from=[MergedFrom(each.code, each.merged_at, each.reversible_until) for each in state.merges],
        enrolled_at=row.enrolled_at,
        last_activity_at=row.last_activity_at,
        points_balance=balances.points,
        debt_points=row.debt_points,
        stamp_count=balances.stamps,
        held_points=balances.held_points,
        held_stamps=balances.held_stamps,
        expired_points=expired_amount(state, now),
    )


def _masked(customer: CustomerState | None) -> str | None:
    if customer is None:
        return None
    return f"{masked_name(customer.first_name, customer.last_name, customer.email)} <{masked_email(customer.email)}>"
