"""Who is on a pass now: taken and given back in one statement each, on the till's lane to PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.wallets.ports import LinkKey
from backend.wallets.snapshot import WalletState

TAKE = "SELECT take_wallet_lease($1, $2, $3, $4, $5, $6)"
END = "SELECT end_wallet_lease($1, $2)"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `take_wallet_lease`; all but the first two are there when it is `taken`."""

    outcome: str = msgspec.field(name="is")
    """gone | leased | waiting | clean | taken"""
    again_at: datetime | None = None
    payload_hash: str | None = None
    attempts: int = 0
    waiting_since: datetime | None = None
    notify: str | None = None
    rung: int = 0
    """How often the phone has rung in the last 24 hours."""
    state: WalletState | None = None


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """What `end_wallet_lease` writes down."""

    card_id: UUID
    provider: str
    token: UUID
    now: datetime
    read_at: datetime
    """When the card was read."""
    is_synced: bool
    version: int
    payload_hash: str | None = None
    settles_ring: str | None = None
    """The ring that was asked for, when it has gone out or is no news any more."""
    ring_id: UUID | None = None
    rung: str | None = None
    status: str = "active"
    attempts: int = 0
    next_attempt_at: datetime | None = None
    error_code: str | None = None
    error: str | None = None


_decoder = msgspec.json.Decoder(Taken)
_encoder = msgspec.json.Encoder()


async def take_lease(pool: asyncpg.Pool, key: LinkKey, token: UUID, now: datetime, until: datetime) -> Taken:
    document: Any = await pool.fetchval(TAKE, *key, token, now, until)
    return _decoder.decode(document)


async def end_lease(pool: asyncpg.Pool, merchant_id: UUID, ended: Ended) -> str:
    """lost | held | moved"""
    answer: str = await pool.fetchval(END, merchant_id, _encoder.encode(ended).decode())
    return answer
