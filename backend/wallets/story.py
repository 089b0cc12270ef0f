"""The stories of passes: what the provider has, what it answered last, and what happens next. In English."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.loyalty.cards.models import Card
from backend.merchants.models import Merchant
from backend.merchants.queries import list_merchant_ids
from backend.wallets.link_state import CARD_OF_LINK
from backend.wallets.models import AppleDevice, ApplePass, AppleRegistration, GoogleCallback, GoogleProgram, WalletLink
from backend.wallets.ports import LinkKey, Provider
from backend.wallets.story_advice import advice_of, next_step

SHOWN = 4
HIDDEN = "***"


class ApplePhone(Struct, frozen=True):
    """A phone that has registered a pass with Apple Wallet."""

    id: str
    """The end of the id that the phone has generated."""
    registered_at: datetime
    is_known: bool
    """Apple has accepted a push to it."""
    last_push_at: datetime | None


class AppleFacts(Struct, frozen=True):
    update_tag: int
    last_modified: datetime
    phones: Sequence[ApplePhone]


class GoogleFacts(Struct, frozen=True):
    program_review: str | None
    """Of the class of the program; None when Google has none."""
    program_synced_at: datetime | None
    last_callback: str | None
    """What Google has told last about the pass; it is kept until the callback expires."""


class PassStory(Struct, frozen=True, kw_only=True):
    merchant: str
    """Its code."""
    card_id: UUID
    card_code: str
    card_state: str
    provider: str
    external_id: str
    status: str
    wanted_version: int
    synced_version: int
    """-1: none yet."""
    is_right: bool
    saved_by_user: bool | None
    created_at: datetime
    waiting_since: datetime | None
    lease_until: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    synced_at: datetime | None
    failed_at: datetime | None
    last_error_code: str | None
    last_error: str | None
    advice: str | None
    """What the last error means."""
    google: GoogleFacts | None
    apple: AppleFacts | None
    next: str


async def find_pass_story(sessions: Sessions, named: str, now: datetime) -> PassStory | None:
    """`named`: Apple's serial number or Google's object id."""
    for merchant_id in await list_merchant_ids(sessions):
        async with sessions.committing(merchant_id) as session:
            is_meant = WalletLink.merchant_id == merchant_id, WalletLink.external_id == named
            link = (await session.scalars(select(WalletLink).where(*is_meant))).first()
            if link is not None:
                stories = await list_pass_stories(session, merchant_id, link.card_id, now)
                return next(story for story in stories if story.provider == link.provider)
    return None


async def list_pass_stories(session: AsyncSession, merchant_id: UUID, card_id: UUID, now: datetime) -> list[PassStory]:
    """Of a card, Google's first."""
    query = (
        select(WalletLink, Card, Merchant.code)
        .join(Card, CARD_OF_LINK)
        .join(Merchant, Merchant.id == WalletLink.merchant_id)
        .where(WalletLink.merchant_id == merchant_id, WalletLink.card_id == card_id)
        .order_by(WalletLink.provider.desc())
    )
    rows = (await session.execute(query)).tuples().all()
    return [await _story(session, link, card, merchant, now) for link, card, merchant in rows]


async def list_phones(session: AsyncSession, key: LinkKey) -> list[ApplePhone]:
    query = (
        select(AppleDevice.library_id, AppleRegistration.created_at, AppleDevice.is_known, AppleDevice.last_push_at)
        .join(AppleRegistration, AppleRegistration.device_id == AppleDevice.id)
        .join(ApplePass, ApplePass.serial == AppleRegistration.serial)
        .where(ApplePass.merchant_id == key[0], ApplePass.card_id == key[1])
        .order_by(AppleRegistration.created_at, AppleDevice.id)
    )
    rows = (await session.execute(query)).tuples()
    return [ApplePhone(f"{HIDDEN}{row[0][-SHOWN:]}", row[1], row[2], row[3]) for row in rows]


async def _story(session: AsyncSession, link: WalletLink, card: Card, merchant: str, now: datetime) -> PassStory:
    is_right = card.wallet_version <= link.synced_version
    key: LinkKey = (link.merchant_id, link.card_id, cast("Provider", link.provider))
    return PassStory(
        merchant=merchant,
        card_id=card.id,
        card_code=card.code,
        card_state=card.state,
        provider=link.provider,
        external_id=link.external_id,
        status=link.status,
        wanted_version=card.wallet_version,
        synced_version=link.synced_version,
        is_right=is_right,
        saved_by_user=link.saved_by_user,
        created_at=link.created_at,
        waiting_since=link.waiting_since,
        lease_until=link.lease_until,
        attempts=link.attempts,
        next_attempt_at=link.next_attempt_at,
        synced_at=link.synced_at,
        failed_at=link.failed_at,
        last_error_code=link.last_error_code,
        last_error=link.last_error,
        advice=advice_of(link.last_error_code) if link.last_error_code else None,
        google=await _google_facts(session, link, card.program_id) if link.provider == "google" else None,
        apple=await _apple_facts(session, key) if link.provider == "apple" else None,
        next=next_step(link, card.code, is_right=is_right, now=now),
    )


async def _google_facts(session: AsyncSession, link: WalletLink, program_id: UUID) -> GoogleFacts:
    of_program = GoogleProgram.merchant_id == link.merchant_id, GoogleProgram.program_id == program_id
    program = await session.scalar(select(GoogleProgram).where(*of_program))
    told = select(GoogleCallback.event).where(GoogleCallback.object_id == link.external_id)
    last_callback = await session.scalar(told.order_by(GoogleCallback.expires_at.desc()).limit(1))
    review, synced_at = (program.review_status, program.synced_at) if program else (None, None)
    return GoogleFacts(review, synced_at, last_callback)


async def _apple_facts(session: AsyncSession, key: LinkKey) -> AppleFacts | None:
    """None when the pass was never downloaded."""
    found = await session.scalar(select(ApplePass).where(ApplePass.merchant_id == key[0], ApplePass.card_id == key[1]))
    return AppleFacts(found.update_tag, found.last_modified, await list_phones(session, key)) if found else None
