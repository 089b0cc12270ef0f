"""Tokens of devices: issued by pairing, exchanged by the device itself."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.devices.models import Device, DeviceToken
from backend.devices.queries import token_hash
from backend.devices.rules import OVERLAP, TOKEN_LASTS

PREFIX = "od_"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    device: Device
    token: str
    expires_at: datetime


async def issue_token(session: AsyncSession, device: Device, now: datetime) -> IssuedToken:
    """A new token. Those before it are valid until it is first used, for OVERLAP at most; after that they can only be
    exchanged for another token."""
    before = (
        DeviceToken.merchant_id == device.merchant_id,
        DeviceToken.device_id == device.id,
        DeviceToken.ended_at.is_(None),
        DeviceToken.overlap_ends_at.is_(None),
    )
    await session.execute(update(DeviceToken).where(*before).values(overlap_ends_at=now + OVERLAP))
    token, expires_at = PREFIX + secrets.token_urlsafe(32), now + TOKEN_LASTS
    session.add(
        DeviceToken(
            token_hash=token_hash(token),
            merchant_id=device.merchant_id,
            device_id=device.id,
            created_at=now,
            expires_at=expires_at,
        )
    )
    await session.flush()
    return IssuedToken(device, token, expires_at)
