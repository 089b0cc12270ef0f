"""The emails that follow events about a card; those about points that expire are in `expiry.py`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.keys import KeyRing
from backend.core.models import Event
from backend.core.platform_settings import EffectiveSettings
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.recipient import CardRecipient, find_recipient
from backend.loyalty.enrollment.card_links import take_card_link_question
from backend.loyalty.ledger.models.transactions import Transaction
from backend.loyalty.marketing.unsubscribe_links import UnsubscribeLinks
from backend.loyalty.occasions.holder import CardHolder, find_holder
from backend.loyalty.occasions.values import reward_ready, welcome_bonus
from backend.messaging.actions import queue_mail
from backend.messaging.limits import may_write
from backend.messaging.templates.catalog.loyalty_card_link import LOYALTY_CARD_LINK, CardLinkValues
from backend.messaging.templates.catalog.loyalty_enrollment import LOYALTY_ENROLLMENT, ConsentFacts, EnrollmentValues
from backend.messaging.templates.catalog.loyalty_reward_ready import LOYALTY_REWARD_READY
from backend.messaging.templates.catalog.loyalty_welcome_bonus import LOYALTY_WELCOME_BONUS
from backend.messaging.templates.declaration import MailTemplate, ValuesT

ValuesOf = Callable[[AsyncSession, CardHolder, Event], Awaitable[ValuesT | None]]


@dataclass(frozen=True, slots=True)
class CardMails:
    """Reactions. An email goes to the holder of the card; a card without a holder causes none.

    Emails that anonymous requests may have caused count toward the mailbox's limit.
    """

    links: CardLinks
    unsubscribe_links: UnsubscribeLinks
    keys: KeyRing
    live: EffectiveSettings

    async def mail_loyalty_enrollment(self, session: AsyncSession, event: Event) -> None:
        to = await find_recipient(session, event.merchant_id, UUID(event.data["card_id"]), self.links)
        if to is None or not await self._may_write(session, event, to):
            return
        has_consented = to.customer.marketing_consented_at is not None
        stop_url = self.unsubscribe_links.hidden_url if has_consented else None
        values = EnrollmentValues(
            merchant=to.merchant, customer=to.person, card=to.facts, wallet=to.wallet, consent=ConsentFacts(stop_url)
        )
        await self._queue(session, LOYALTY_ENROLLMENT, values, to, unsubscribe_url=stop_url)

    async def mail_loyalty_card_link(self, session: AsyncSession, event: Event) -> None:
        await self._mail_card_link(session, event, UUID(event.data["card_id"]))

    async def answer_card_links(self, session: AsyncSession, event: Event) -> None:
        for card_id in await take_card_link_question(session, event.merchant_id, UUID(event.data["question_id"])):
            await self._mail_card_link(session, event, card_id)

    async def mail_loyalty_welcome_bonus(self, session: AsyncSession, event: Event) -> None:
        await self._mail(session, event, LOYALTY_WELCOME_BONUS, welcome_bonus, is_limited=True)

    async def mail_loyalty_reward_ready(self, session: AsyncSession, event: Event) -> None:
        await self._mail(session, event, LOYALTY_REWARD_READY, reward_ready)

    async def _mail(
        self,
        session: AsyncSession,
        event: Event,
        template: MailTemplate[ValuesT],
        values_of: ValuesOf[ValuesT],
        *,
        is_limited: bool = False,
    ) -> None:
        card_id, now = UUID(event.data["card_id"]), clock.now()
        holder = await find_holder(session, event.merchant_id, card_id, self.links, now)
        if holder is None or (values := await values_of(session, holder, event)) is None:
            return
        if not is_limited or await self._may_write(session, event, holder.to):
            await self._queue(session, template, values, holder.to)

    async def _mail_card_link(self, session: AsyncSession, event: Event, card_id: UUID) -> None:
        to = await find_recipient(session, event.merchant_id, card_id, self.links)
        if to is not None and await self._may_write(session, event, to):
            values = CardLinkValues(merchant=to.merchant, customer=to.person, card=to.facts)
            await self._queue(session, LOYALTY_CARD_LINK, values, to)

    async def _may_write(self, session: AsyncSession, event: Event, to: CardRecipient) -> bool:
        if not await _is_anonymous(session, event):
            return True
        limits = self.live.current.limits
        return await may_write(session, self.keys, to.customer.email_norm, clock.now(), limits)

    async def _queue(
        self,
        session: AsyncSession,
        template: MailTemplate[ValuesT],
        values: ValuesT,
        to: CardRecipient,
        *,
        unsubscribe_url: str | None = None,
    ) -> None:
        await queue_mail(
            session,
            to.card.merchant_id,
            template,
            values,
            recipient=to.customer.email,
            language=to.language,
            now=clock.now(),
            brand=to.brand,
            platform_name=self.live.current.branding.platform_name,
            card_id=to.card.id,
            unsubscribe_url=unsubscribe_url,
        )


async def _is_anonymous(session: AsyncSession, event: Event) -> bool:
    """Whether no user caused the event, neither of the merchant nor on the merchant's behalf."""
    transaction_id = event.data.get("transaction_id")
    if transaction_id is None:
        return event.data.get("user_id") is None
    user_id = select(func.coalesce(Transaction.user_id, Transaction.on_behalf_user_id))
    is_this = (Transaction.merchant_id == event.merchant_id) & (Transaction.id == UUID(transaction_id))
    return await session.scalar(user_id.where(is_this)) is None
