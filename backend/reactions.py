"""The reactions to each event; `reactions` returns the table."""

from collections.abc import Awaitable, Callable
from functools import partial, update_wrapper
from typing import cast
from uuid import UUID

from arq.connections import ArqRedis
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.events import DomainEvent
from backend.core.keys import KeyRing
from backend.core.models import Event
from backend.core.outbox import Reaction, Reactions
from backend.core.platform_settings import EffectiveSettings
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.models import Card
from backend.loyalty.cards.recipient import CardRecipient, find_recipient
from backend.loyalty.customers.events import CustomerChanged
from backend.loyalty.enrollment.card_links import take_card_link_question
from backend.loyalty.ledger.events import CardBooking, CardLinksEnded, CardReplaced, PointsExpiring, RewardReady
from backend.loyalty.ledger.models.transactions import Transaction
from backend.loyalty.rewards.events import RewardsChanged
from backend.messaging.actions import queue_mail
from backend.messaging.limits import may_write
from backend.messaging.templates.catalog.loyalty_card_link import LOYALTY_CARD_LINK, CardLinkValues
from backend.messaging.templates.catalog.loyalty_enrollment import LOYALTY_ENROLLMENT, EnrollmentValues
from backend.messaging.templates.declaration import MailTemplate, ValuesT
from backend.operations.wallets.tasks import request_refresh
from backend.wallets.jobs import enqueue_pass_syncs
from backend.wallets.ports import NotifyReason
from backend.wallets.refresh import has_passes
from backend.wallets.wallet_links import bump_pass_versions, mark_changed


def event_name(kind: type[DomainEvent]) -> str:
    return str(kind.__struct_config__.tag)


QueuedReaction = Callable[[ArqRedis, AsyncSession, Event], Awaitable[None]]
_CHANGES: list[type[DomainEvent]] = [*CardBooking.__subclasses__(), CardReplaced, CardLinksEnded]
SHOWN_ON_PASSES = tuple(event_name(kind) for kind in _CHANGES)
"""Events that change what a pass shows: every booking, a replaced card and ended links."""


def reactions(links: CardLinks, queue: ArqRedis, keys: KeyRing, live: EffectiveSettings) -> Reactions:
    """By event name. The outbox stores names of reactions: a renamed reaction runs again for pending events."""

    def mail(template: MailTemplate[ValuesT], values: Callable[[CardRecipient], ValuesT]) -> Reaction:
        async def mail_card(session: AsyncSession, event: Event) -> None:
            card_id = UUID(event.data["card_id"])
            await _mail_card(session, event, card_id, template, values, links=links, keys=keys, live=live)

        mail_card.__name__ = f"mail_{template.code}"
        return mail_card

    async def answer_card_links(session: AsyncSession, event: Event) -> None:
        for card_id in await take_card_link_question(session, event.merchant_id, UUID(event.data["question_id"])):
            await _mail_card(session, event, card_id, LOYALTY_CARD_LINK, _card_link, links=links, keys=keys, live=live)

    def queued(reaction: QueuedReaction) -> Reaction:
        return cast("Reaction", update_wrapper(partial(reaction, queue), reaction))

    table: dict[str, list[Reaction]] = {name: [queued(sync_wallets)] for name in SHOWN_ON_PASSES}
    table["card_enrolled"].append(mail(LOYALTY_ENROLLMENT, _enrollment))
    table["card_link_requested"] = [mail(LOYALTY_CARD_LINK, _card_link)]
    table["card_links_asked"] = [answer_card_links]
    table[event_name(CardLinksEnded)] = [queued(end_passes), mail(LOYALTY_CARD_LINK, _card_link)]
    table[event_name(PointsExpiring)] = [queued(warn_wallets)]
    table[event_name(CustomerChanged)] = [queued(repaint_wallets)]
    table[event_name(RewardsChanged)] = [queued(refresh_passes)]
    return table


async def sync_wallets(queue: ArqRedis, session: AsyncSession, event: Event) -> None:
    notify = NotifyReason.REWARD_READY if event.name == event_name(RewardReady) else None
    await _sync_card(queue, session, event, UUID(event.data["card_id"]), notify)


async def end_passes(queue: ArqRedis, session: AsyncSession, event: Event) -> None:
    """Ends the passes of the card and of all cards merged into it."""
    family = select(func.unnest(func.card_family(event.merchant_id, UUID(event.data["card_id"]))))
    for card_id in await session.scalars(family):
        await _sync_card(queue, session, event, card_id)


async def warn_wallets(queue: ArqRedis, session: AsyncSession, event: Event) -> None:
    card_id = UUID(event.data["card_id"])
    await bump_pass_versions(session, event.merchant_id, [card_id])
    await _sync_card(queue, session, event, card_id, NotifyReason.POINTS_EXPIRING)


async def repaint_wallets(queue: ArqRedis, session: AsyncSession, event: Event) -> None:
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


async def _sync_card(
    queue: ArqRedis, session: AsyncSession, event: Event, card_id: UUID, notify: NotifyReason | None = None
) -> None:
    """Queues no sync for a card without passes."""
    versions = await mark_changed(session, event.merchant_id, card_id, event.occurred_at, notify)
    await enqueue_pass_syncs(queue, event.merchant_id, card_id, versions, notify)


def _enrollment(to: CardRecipient) -> EnrollmentValues:
    return EnrollmentValues(merchant=to.merchant, customer=to.person, card=to.facts, wallet=to.wallet)


def _card_link(to: CardRecipient) -> CardLinkValues:
    return CardLinkValues(merchant=to.merchant, customer=to.person, card=to.facts)


async def _mail_card(
    session: AsyncSession,
    event: Event,
    card_id: UUID,
    template: MailTemplate[ValuesT],
    values: Callable[[CardRecipient], ValuesT],
    *,
    links: CardLinks,
    keys: KeyRing,
    live: EffectiveSettings,
) -> None:
    """Queues an email to the card's holder.

    Does nothing when the card has been erased, or when anonymous requests have exceeded the mailbox's mail limit.
    """
    to = await find_recipient(session, event.merchant_id, card_id, links)
    if to is None:
        return
    mailbox, limits = to.customer.email_norm, live.current.limits
    if await _is_anonymous(session, event) and not await may_write(session, keys, mailbox, clock.now(), limits):
        return
    await queue_mail(
        session,
        event.merchant_id,
        template,
        values(to),
        recipient=to.customer.email,
        language=to.language,
        now=clock.now(),
        brand=to.brand,
        card_id=to.card.id,
    )


async def _is_anonymous(session: AsyncSession, event: Event) -> bool:
    """Whether no user caused the event, neither of the merchant nor on the merchant's behalf."""
    transaction_id = event.data.get("transaction_id")
    if transaction_id is None:
        return event.data.get("user_id") is None
    user_id = select(func.coalesce(Transaction.user_id, Transaction.on_behalf_user_id))
    is_this = (Transaction.merchant_id == event.merchant_id) & (Transaction.id == UUID(transaction_id))
    return await session.scalar(user_id.where(is_this)) is None
