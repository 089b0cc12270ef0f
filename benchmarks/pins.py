"""Gives every user a PIN and verifies it once, as at the beginning of a shift."""

import asyncio
from collections.abc import Mapping

import asyncpg
import httpx
from argon2 import PasswordHasher

from backend.core.ids import new_id
from backend.core.keys import KeyRing
from backend.staff_pins.rules import peppered
from benchmarks.data import MADE_AT, MERCHANT, MERCHANTS, USER, USERS, id_of, token_of
from benchmarks.servers import Setup

PIN = "2468"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""Cheap parameters, which are stored with each verifier, save ten seconds of setup. The measured bookings verify no
PIN.
"""


def verify_pins(setup: Setup) -> None:
    """Raises RuntimeError when a PIN is refused."""
    asyncio.run(_give_pins(setup.superuser_url, setup.environment))
    with httpx.Client(base_url=setup.backend.url, trust_env=False, timeout=10) as tills:
        for user in range(USERS):
            headers = {"Authorization": f"Bearer {token_of(user)}"}
            answer = tills.post("/api/v1/store/loyalty/pins/verify", json={"staff_pin": PIN}, headers=headers)
            if not answer.is_success:
                raise RuntimeError(f"a PIN was refused: {answer.text}")


async def _give_pins(url: str, environment: Mapping[str, str]) -> None:
    keys = KeyRing([environment["ORION_SECRET_KEYS"]])
    rows = []
    for user in range(USERS):
        merchant_id, user_id = id_of(MERCHANT, user % MERCHANTS), id_of(USER, user)
        verifier = QUICK.hash(peppered(keys, merchant_id, user_id, PIN)[0])
        rows.append((merchant_id, new_id(), user_id, verifier, 0, 0, True, MADE_AT, MADE_AT))
    columns = [
        "merchant_id",
        "id",
        "user_id",
        "verifier",
        "failed_count",
        "wrong_in_a_row",
        "is_active",
        "created_at",
        "set_at",
    ]
    connection = await asyncpg.connect(url)
    try:
        await connection.copy_records_to_table("staff_pins", columns=columns, records=rows)
    finally:
        await connection.close()
