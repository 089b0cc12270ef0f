from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from backend.core.origin import Origin

STORE_SETUP = "SELECT store_setup($1, $2, $3)"


class Lockout(msgspec.Struct, frozen=True):
    staff_pin_policy: str
    lockout_attempts: int
    lockout_minutes: int


class _Store(msgspec.Struct, frozen=True):
    timezone: str


class _Setup(msgspec.Struct, frozen=True):
    policy: Lockout
    store: _Store


async def get_lockout(pool: asyncpg.Pool, origin: Origin) -> tuple[Lockout, ZoneInfo]:
    """The merchant's rules for PINs and the store's time zone."""
    document = await pool.fetchval(STORE_SETUP, origin.merchant_id, origin.store_id, origin.now)
    setup = msgspec.json.decode(document, type=_Setup)
    return setup.policy, ZoneInfo(setup.store.timezone)
