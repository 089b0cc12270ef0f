"""The pass of a card, and which of a phone's passes have changed."""

import hmac
import re
import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.keys import KeyRing
from backend.core.sealing import seal, unseal
from backend.loyalty.cards.models import Card
from backend.wallets.apple.problems import PassTokenRefused
from backend.wallets.models import AppleDevice, ApplePass, AppleRegistration

TOKEN_BYTES = 16
NO_TOKEN = "0" * 2 * TOKEN_BYTES
SCHEME = "ApplePass "
TAG = re.compile(r"\d{1,18}")
ERASED_KEPT = timedelta(days=30)
"""A phone that has been off for weeks still fetches the void pass, which names nobody."""
JUST_NOW = timedelta(hours=1)
_HOLDS_PASSES = exists().where(AppleRegistration.device_id == AppleDevice.id)


async def open_pass(session: AsyncSession, keys: KeyRing, merchant_id: UUID, card_id: UUID, now: datetime) -> ApplePass:
    """Made at the first download. Serial number and token never change afterwards: phones know the pass by them."""
    serial = uuid4()
    row = {
        "serial": serial,
        "merchant_id": merchant_id,
        "card_id": card_id,
        "auth_token": seal(keys, secrets.token_hex(TOKEN_BYTES), _place(serial)),
        "update_tag": 0,
        "last_modified": now.replace(microsecond=0),
        "created_at": now,
    }
    fresh = insert(ApplePass).values(row).on_conflict_do_nothing(index_elements=["merchant_id", "card_id"])
    await session.execute(fresh)
    found = await session.scalars(
        select(ApplePass).where(ApplePass.merchant_id == merchant_id, ApplePass.card_id == card_id)
    )
    return found.one()


def auth_token(keys: KeyRing, found: ApplePass) -> str:
    return unseal(keys, found.auth_token, _place(found.serial))


async def get_pass(
    session: AsyncSession, keys: KeyRing, serial: str, authorization: str, *, is_kept: bool = False
) -> ApplePass:
    """Raises PassTokenRefused, after the same comparison whether or not there is such a pass.

    `is_kept`: until the transaction ends nobody ends the card's links, so that what is read next belongs to the pass.
    """
    lock = {"read": True, "key_share": True} if is_kept else None
    found = await session.get(ApplePass, UUID(serial), with_for_update=lock) if _is_serial(serial) else None
    expected = auth_token(keys, found) if found else NO_TOKEN
    given = authorization.removeprefix(SCHEME)
    is_right = hmac.compare_digest(f"{SCHEME}{expected}".encode(), f"{SCHEME}{given}".encode())
    if found is None or not is_right or given == authorization:
        raise PassTokenRefused
    return found


async def list_changed(session: AsyncSession, library_id: str, since: str | None) -> tuple[list[str], int]:
    """Serial numbers of this device with a newer tag, all of them, and the newest tag among them.

    A tag that is none of ours means the phone knows nothing: it gets the full list.
    """
    tag = int(since) if since is not None and TAG.fullmatch(since) else -1
    rows = await session.execute(
        select(ApplePass.serial, ApplePass.update_tag)
        .join(AppleRegistration, AppleRegistration.serial == ApplePass.serial)
        .join(AppleDevice, AppleDevice.id == AppleRegistration.device_id)
        .where(AppleDevice.library_id == library_id, ApplePass.update_tag > tag)
        .order_by(ApplePass.update_tag)
    )
    found = [(str(serial), update_tag) for serial, update_tag in rows]
    return [serial for serial, _ in found], max((update_tag for _, update_tag in found), default=0)


async def forget_erased(session: AsyncSession, merchant_id: UUID, now: datetime) -> None:
    """Passes of cards that were erased a month ago, whether or not their phones were told; then nobody knows them."""
    erased = select(Card.id).where(Card.merchant_id == merchant_id, Card.erased_at < now - ERASED_KEPT)
    await session.execute(delete(ApplePass).where(ApplePass.merchant_id == merchant_id, ApplePass.card_id.in_(erased)))


async def forget_empty_devices(session: AsyncSession, now: datetime) -> None:
    """Phones whose last pass was forgotten; one that registers another at this moment stays."""
    await session.execute(delete(AppleDevice).where(AppleDevice.token_updated_at < now - JUST_NOW, ~_HOLDS_PASSES))


def _place(serial: UUID) -> str:
    return f"apple_passes.auth_token.{serial}"


def _is_serial(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
