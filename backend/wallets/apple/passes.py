"""A card's Apple pass: created, authorized, listed when changed, purged."""

import hmac
import re
import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.encryption import seal, unseal
from backend.core.keys import KeyRing
from backend.loyalty.cards.models import Card
from backend.wallets.apple.problems import PassTokenRefused
from backend.wallets.models import AppleDevice, ApplePass, AppleRegistration

TOKEN_BYTES = 16
NO_TOKEN = "0" * 2 * TOKEN_BYTES
SCHEME = "ApplePass "
TAG = re.compile(r"\d{1,18}")
ERASED_KEPT = timedelta(days=30)
"""So that a phone that was off for weeks still fetches the void pass, which has no personal data."""
EMPTY_KEPT = timedelta(hours=1)
_HOLDS_PASSES = exists().where(AppleRegistration.device_id == AppleDevice.id)


async def open_pass(session: AsyncSession, keys: KeyRing, merchant_id: UUID, card_id: UUID, now: datetime) -> ApplePass:
    """Creates the pass at the first download. Phones identify it by serial number and token, which never change."""
    serial = uuid4()
    row = {
        "serial": serial,
        "merchant_id": merchant_id,
        "card_id": card_id,
        "auth_token": seal(keys, secrets.token_hex(TOKEN_BYTES), auth_token_place(serial)),
        "update_tag": 0,
        "last_modified": now.replace(microsecond=0),
        "created_at": now,
    }
    fresh = insert(ApplePass).values(row).on_conflict_do_nothing(index_elements=["merchant_id", "card_id"])
    await session.execute(fresh)
    passes = await session.scalars(
        select(ApplePass).where(ApplePass.merchant_id == merchant_id, ApplePass.card_id == card_id)
    )
    return passes.one()


def auth_token(keys: KeyRing, apple_pass: ApplePass) -> str:
    return unseal(keys, apple_pass.auth_token, auth_token_place(apple_pass.serial))


async def get_pass(
    session: AsyncSession, keys: KeyRing, serial: str, authorization: str, *, is_locked: bool = False
) -> ApplePass:
    """Raises PassTokenRefused. Takes the same time whether or not there is such a pass.

    `is_locked`: until the transaction ends, the card's links cannot be ended, so that later reads belong to the pass.
    """
    lock = {"read": True, "key_share": True} if is_locked else None
    apple_pass = await session.get(ApplePass, UUID(serial), with_for_update=lock) if _is_serial(serial) else None
    expected = auth_token(keys, apple_pass) if apple_pass else NO_TOKEN
    token = authorization.removeprefix(SCHEME)
    is_right = hmac.compare_digest(f"{SCHEME}{expected}".encode(), f"{SCHEME}{token}".encode())
    if apple_pass is None or not is_right or token == authorization:
        raise PassTokenRefused
    return apple_pass


async def list_changed(session: AsyncSession, library_id: str, since: str | None) -> tuple[list[str], int]:
    """All serial numbers of this device with a newer tag, and the newest tag among them.

    A tag that is not ours is ignored: the phone gets the full list.
    """
    tag = int(since) if since is not None and TAG.fullmatch(since) else -1
    rows = await session.execute(
        select(ApplePass.serial, ApplePass.update_tag)
        .join(AppleRegistration, AppleRegistration.serial == ApplePass.serial)
        .join(AppleDevice, AppleDevice.id == AppleRegistration.device_id)
        .where(AppleDevice.library_id == library_id, ApplePass.update_tag > tag)
        .order_by(ApplePass.update_tag)
    )
    changed = [(str(serial), update_tag) for serial, update_tag in rows]
    return [serial for serial, _ in changed], max((update_tag for _, update_tag in changed), default=0)


async def purge_erased_passes(session: AsyncSession, merchant_id: UUID, now: datetime) -> None:
    """Deletes passes of cards that were erased a month ago, whether or not their phones have fetched the void pass."""
    erased = select(Card.id).where(Card.merchant_id == merchant_id, Card.erased_at < now - ERASED_KEPT)
    await session.execute(delete(ApplePass).where(ApplePass.merchant_id == merchant_id, ApplePass.card_id.in_(erased)))


async def purge_empty_devices(session: AsyncSession, now: datetime) -> None:
    """Deletes phones without passes. Phones that have registered within the last hour stay."""
    await session.execute(delete(AppleDevice).where(AppleDevice.token_updated_at < now - EMPTY_KEPT, ~_HOLDS_PASSES))


def auth_token_place(serial: UUID) -> str:
    return f"apple_passes.auth_token.{serial}"


def _is_serial(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
