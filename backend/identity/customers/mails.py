"""The worker answers who has asked for a code: it looks up the address and emails the code to its owner."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.keys import KeyRing
from backend.core.models import Event
from backend.core.platform_settings import EffectiveSettings
from backend.identity.customers.codes import code_mac, new_code
from backend.identity.customers.models import CustomerSignIn
from backend.identity.customers.not_me_links import NotMeLinks
from backend.identity.mails import Secret, queue_sign_in_code
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.models import Card
from backend.loyalty.cards.recipient import CardRecipient, find_recipient
from backend.loyalty.customers.models import Customer
from backend.messaging.limits import may_write


@dataclass(frozen=True, slots=True)
class SignInMails:
    """A reaction. An address without a card gets no email, and one that has had too many gets none either."""

    links: CardLinks
    not_me_links: NotMeLinks
    keys: KeyRing
    live: EffectiveSettings

    async def mail_sign_in_code(self, session: AsyncSession, event: Event) -> None:
        sign_in = await _take_question(session, event.merchant_id, UUID(event.data["sign_in_id"]))
        now = clock.now()
        if sign_in is None or sign_in.email is None or sign_in.expires_at <= now or sign_in.ended_at is not None:
            return
        to = await self._recipient(session, event.merchant_id, sign_in.email)
        settings = self.live.current
        if to is None or not await may_write(session, self.keys, sign_in.email, now, settings.limits):
            return
        code = Secret(new_code(), sign_in.expires_at - now)
        mail = await queue_sign_in_code(
            session,
            self.keys,
            to,
            code,
            now,
            not_me_url=self.not_me_links.hidden_url,
            platform_name=settings.branding.platform_name,
        )
        found = {
            "customer_id": to.customer.id,
            "code_mac": code_mac(self.keys, sign_in.id, code.text),
            "mail_id": mail.id,
        }
        await session.execute(update(CustomerSignIn).where(*_this(event.merchant_id, sign_in.id)).values(found))

    async def _recipient(self, session: AsyncSession, merchant_id: UUID, email: str) -> CardRecipient | None:
        """By one of the customer's cards, in any state."""
        theirs = (
            select(Card.id)
            .join(Customer, (Customer.merchant_id == Card.merchant_id) & (Customer.id == Card.customer_id))
            .where(Card.merchant_id == merchant_id, Customer.email_norm == email)
            .order_by(Card.enrolled_at, Card.id)
        )
        card_id = await session.scalar(theirs.limit(1))
        return await find_recipient(session, merchant_id, card_id, self.links) if card_id else None


@dataclass(frozen=True, slots=True)
class _Question:
    id: UUID
    email: str | None
    expires_at: datetime
    ended_at: datetime | None


async def _take_question(session: AsyncSession, merchant_id: UUID, sign_in_id: UUID) -> _Question | None:
    """The attempt with its address, which is forgotten."""
    asked = select(
        CustomerSignIn.id, CustomerSignIn.email_norm, CustomerSignIn.expires_at, CustomerSignIn.ended_at
    ).where(*_this(merchant_id, sign_in_id))
    row = (await session.execute(asked.with_for_update())).one_or_none()
    if row is None:
        return None
    await session.execute(update(CustomerSignIn).where(*_this(merchant_id, sign_in_id)).values(email_norm=None))
    return _Question(*row)


def _this(merchant_id: UUID, sign_in_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return CustomerSignIn.merchant_id == merchant_id, CustomerSignIn.id == sign_in_id
