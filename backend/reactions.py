"""The reactions to each event: `reactions` returns the table, `bulk_reactions` that of `BULK_EVENTS`."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial, update_wrapper
from typing import cast
from uuid import UUID

from arq.connections import ArqRedis
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.events import DomainEvent
from backend.core.models import BULK_EVENTS, Event
from backend.core.outbox import Reaction, Reactions
from backend.core.outbox_bulk import BulkReaction, BulkReactions
from backend.devices.events import DeviceAccessRevoked, DeviceLockedPeople, DeviceWiped, PinLockedOffline
from backend.identity.customers.events import SignInCodeAsked
from backend.identity.customers.mails import SignInMails
from backend.identity.device_alerts import DeviceAlerts
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.events import CustomerChanged
from backend.loyalty.ledger.allowances import release_allowances
from backend.loyalty.ledger.events import (
    CardBooking,
    CardLinksEnded,
    CardReplaced,
    PointsExpired,
    PointsExpiring,
    RewardReady,
    WelcomeBonusGiven,
)
from backend.loyalty.occasions.expiry import ExpiryMails
from backend.loyalty.occasions.mails import CardMails
from backend.loyalty.rewards.events import RewardsChanged
from backend.operations.wallets.tasks import request_catch_up, request_refresh
from backend.wallets.jobs import enqueue_pass_syncs
from backend.wallets.ports import NotifyReason
from backend.wallets.refresh import has_passes
from backend.wallets.wallet_links import bump_pass_versions, mark_all_changed, mark_changed
from backend.webhooks.event_types import PUBLIC
from backend.webhooks.jobs import enqueue_deliveries
from backend.webhooks.queue import queue_webhooks


def event_name(kind: type[DomainEvent]) -> str:
    return str(kind.__struct_config__.tag)


QueuedReaction = Callable[[ArqRedis, AsyncSession, Event], Awaitable[None]]
QueuedBulkReaction = Callable[[ArqRedis, AsyncSession, Sequence[Event]], Awaitable[None]]
_CHANGES: list[type[DomainEvent]] = [*CardBooking.__subclasses__(), CardReplaced, CardLinksEnded]
SHOWN_ON_PASSES = tuple(event_name(kind) for kind in _CHANGES if kind is not PointsExpired)
"""Events that change what a pass shows: every booking, a replaced card and ended links; expired points are in bulk."""


def reactions(mails: CardMails, sign_ins: SignInMails, alerts: DeviceAlerts, queue: ArqRedis) -> Reactions:
    """By event name. The outbox stores names of reactions: a renamed reaction runs again for pending events."""

    def queued(reaction: QueuedReaction) -> Reaction:
        return cast("Reaction", update_wrapper(partial(reaction, queue), reaction))

    table: dict[str, list[Reaction]] = {name: [queued(sync_wallets)] for name in SHOWN_ON_PASSES}
    table["card_enrolled"].append(mails.mail_loyalty_enrollment)
    table["card_link_requested"] = [mails.mail_loyalty_card_link]
    table["card_links_asked"] = [mails.answer_card_links]
    table[event_name(SignInCodeAsked)] = [sign_ins.mail_sign_in_code]
    table[event_name(WelcomeBonusGiven)] = [mails.mail_loyalty_welcome_bonus]
    table[event_name(RewardReady)].append(mails.mail_loyalty_reward_ready)
    table[event_name(CardLinksEnded)] = [queued(end_passes), mails.mail_loyalty_card_link]
    table[event_name(DeviceLockedPeople)] = [alerts.tell_of_suspended_device]
    table[event_name(DeviceAccessRevoked)] = table[event_name(DeviceWiped)] = [release_allowances]
    table[event_name(PinLockedOffline)] = [alerts.tell_of_locked_pin]
    table[event_name(CustomerChanged)] = [queued(refresh_customer_passes)]
    table[event_name(RewardsChanged)] = [queued(refresh_passes)]
    for name in PUBLIC.keys() - set(BULK_EVENTS):
        table.setdefault(name, []).append(queued(send_webhooks))
    return table


def bulk_reactions(mails: ExpiryMails, queue: ArqRedis) -> BulkReactions:
    """Like `reactions`."""

    def queued(reaction: QueuedBulkReaction) -> BulkReaction:
        return cast("BulkReaction", update_wrapper(partial(reaction, queue), reaction))

    webhooks = queued(send_all_webhooks)
    return {
        event_name(PointsExpired): [queued(sync_all_wallets), mails.mail_loyalty_points_expired, webhooks],
        event_name(PointsExpiring): [queued(warn_wallets), mails.mail_loyalty_points_expiring, webhooks],
    }


async def sync_wallets(queue: ArqRedis, session: AsyncSession, event: Event) -> None:
    notify = NotifyReason.REWARD_READY if event.name == event_name(RewardReady) else None
    await _sync_card(queue, session, event, UUID(event.data["card_id"]), notify)


async def end_passes(queue: ArqRedis, session: AsyncSession, event: Event) -> None:
    """Ends the passes of the card and of all cards merged into it."""
    family = select(func.unnest(func.card_family(event.merchant_id, UUID(event.data["card_id"]))))
    for card_id in await session.scalars(family):
        await _sync_card(queue, session, event, card_id)


async def sync_all_wallets(queue: ArqRedis, session: AsyncSession, events: Sequence[Event]) -> None:
    await _sync_cards(queue, session, events)


async def warn_wallets(queue: ArqRedis, session: AsyncSession, events: Sequence[Event]) -> None:
    await bump_pass_versions(session, events[0].merchant_id, _cards_of(events))
    await _sync_cards(queue, session, events, NotifyReason.POINTS_EXPIRING)


async def refresh_customer_passes(queue: ArqRedis, session: AsyncSession, event: Event) -> None:
    """The passes of a customer."""
    customer_id = UUID(event.data["customer_id"])
    theirs = select(Card.id).where(Card.merchant_id == event.merchant_id, Card.customer_id == customer_id)
    cards = list(await session.scalars(theirs))
    await bump_pass_versions(session, event.merchant_id, cards)
    for card_id in cards:
        await _sync_card(queue, session, event, card_id)


async def refresh_passes(queue: ArqRedis, session: AsyncSession, event: Event) -> None:
    """All passes of the merchant, in one run."""
    if await has_passes(session, event.merchant_id):
        await request_refresh(session, queue, event.id, event.merchant_id)


async def send_webhooks(queue: ArqRedis, session: AsyncSession, event: Event) -> None:
    await send_all_webhooks(queue, session, [event])


async def send_all_webhooks(queue: ArqRedis, session: AsyncSession, events: Sequence[Event]) -> None:
    """For the merchant's endpoints that have chosen the events."""
    await enqueue_deliveries(queue, events[0].merchant_id, await queue_webhooks(session, events, clock.now()))


async def _sync_card(
    queue: ArqRedis, session: AsyncSession, event: Event, card_id: UUID, notify: NotifyReason | None = None
) -> None:
    """Queues no sync for a card without passes."""
    versions = await mark_changed(session, event.merchant_id, card_id, event.occurred_at, notify)
    await enqueue_pass_syncs(queue, event.merchant_id, card_id, versions, notify)


async def _sync_cards(
    queue: ArqRedis, session: AsyncSession, events: Sequence[Event], notify: NotifyReason | None = None
) -> None:
    """In one run, behind which no single pass waits; none for cards without passes."""
    first = min(events, key=lambda event: event.occurred_at)
    if await mark_all_changed(session, first.merchant_id, _cards_of(events), first.occurred_at, notify):
        await request_catch_up(session, queue, first.id, first.merchant_id)


def _cards_of(events: Sequence[Event]) -> list[UUID]:
    return sorted({UUID(event.data["card_id"]) for event in events})
