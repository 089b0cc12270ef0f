"""The end of all sessions misses none that begins at the same moment."""

import asyncio

import asyncpg
import pytest

from tests.identity.conftest import SignInAs
from tests.world.account import Account
from tests.world.caller import outcome
from tests.world.shop import Shop

BEGUN = """
    INSERT INTO access_tokens
    SELECT (jsonb_populate_record(t, jsonb_build_object(
      'id', gen_random_uuid(), 'token_hash', sha256(convert_to($2, 'UTF8'))))).*
    FROM access_tokens t WHERE t.token_hash = sha256(convert_to($1, 'UTF8'))
"""
LOCKED = "SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE"


@pytest.mark.parametrize("how", ["all others", "a new password"])
async def test_a_session_that_begins_while_all_others_are_ended_is_ended_too(
    shop: Shop, account: SignInAs, superuser: asyncpg.Connection, how: str
) -> None:
    claire = await account("claire")
    await claire.confirm()
    stolen = Account(claire.http, claire._promises, f"stolen from {shop.code}")
    async with superuser.transaction():
        await superuser.execute(LOCKED, shop.user_ids["claire"])
        await superuser.execute(BEGUN, claire.token, stolen.token)
        ends = (
            claire.ask("DELETE", "/auth/me/sessions")
            if how == "all others"
            else claire.change_password("kettle orbit walnut fjord")
        )
        ending = asyncio.create_task(ends)
        while not await superuser.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not ending.done()
    await ending
    assert (await stolen.send("GET", "/auth/me")).status_code == 401
    assert await claire.sessions()


async def test_a_session_that_is_renewed_while_all_others_are_ended_is_ended_too(
    shop: Shop, account: SignInAs, superuser: asyncpg.Connection
) -> None:
    """Renewing a session and ending all wait for each other, in either order."""
    stolen = await account("claire")
    ended = "UPDATE access_tokens SET revoked_at = now() WHERE token_hash = sha256(convert_to($1, 'UTF8'))"
    async with superuser.transaction():
        await superuser.execute(LOCKED, shop.user_ids["claire"])
        renewing = asyncio.create_task(outcome(stolen.confirm()))
        while not await superuser.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not renewing.done()
        await superuser.execute(ended, stolen.token)
    assert await renewing == "unauthenticated"
