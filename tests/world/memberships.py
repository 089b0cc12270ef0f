"""Somebody works for a second merchant."""

import asyncpg

from tests.world.shop import Shop


async def join(superuser: asyncpg.Connection, shop: Shop, other: Shop, name: str = "anna") -> None:
    """Somebody of the shop also works at the other's outlet."""
    await superuser.execute(
        """INSERT INTO merchant_members (merchant_id, user_id, role, joined_at, version, updated_at)
           VALUES ($1, $2, 'store_member', now(), 1, now())""",
        other.merchant_id,
        shop.user_ids[name],
    )
    await superuser.execute(
        "INSERT INTO store_members (merchant_id, store_id, user_id, permissions) VALUES ($1, $2, $3, $4)",
        other.merchant_id,
        other.store_ids[other.outlet],
        shop.user_ids[name],
        ["loyalty.view_programs"],
    )
