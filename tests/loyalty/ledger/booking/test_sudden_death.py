"""Killed by SIGKILL at any moment, the backend loses nothing that was answered and doubles nothing that is repeated.

Told to stop, it ends what it has begun."""

import asyncio
import random
import time
from functools import partial
from uuid import UUID

import asyncpg
import httpx
import pytest

from backend.core.settings import Settings
from tests.conftest import OpenShop
from tests.forks import Fork
from tests.world.caller import Json, new_key
from tests.world.patience import PATIENCE_SECONDS, until
from tests.world.process import a_backend, environment
from tests.world.shop import Shop
from tests.world.till import Till

SALES_PER_CARD = 12
STATEMENTS_OF_A_SALE = 5
"""Who asks, the card, counting the PIN, confirming it, booking."""
SALES = "SELECT idempotency_key FROM transactions WHERE card_id = $1 AND kind = 'earned'"


@pytest.mark.slow
async def test_killed_before_during_and_after_each_statement_a_sale_is_booked_once(
    opened: OpenShop, settings: Settings, superuser: asyncpg.Connection, forks: str
) -> None:
    shop = await opened(policy={"staff_pin_policy": "required", "lockout_attempts": 20})
    await shop.give_pin("anna", "2468")
    card, key = await shop.a_card(), new_key()
    command = ["tests.doubles.dying", shop.anna.token, card["id"], key, "2468", str(STATEMENTS_OF_A_SALE)]
    assert await asyncio.to_thread(Fork(forks, command, environment(settings)).wait) == 0
    moments = 3 * STATEMENTS_OF_A_SALE
    booked = {row[0] for row in await superuser.fetch(SALES, UUID(card["id"]))}
    assert f"{key}-{moments - 1}" in booked, "what was committed is there"
    assert len(booked) <= 2, "what was not sent is not"
    for moment in range(moments):
        await shop.anna.earn(card, cents=100, key=f"{key}-{moment}", staff_pin="2468")
    assert (await shop.anna.show(card))["points_balance"] == moments


async def sell_until_answered(http: httpx.AsyncClient, till: Till, card: Json, key: str) -> int:
    """How often it was tried. As a till does: the same key until there is an answer."""
    deadline, tries = time.monotonic() + PATIENCE_SECONDS, 0
    while time.monotonic() < deadline:
        tries += 1
        try:
            answer = await http.post(
                f"/api/v1/store/loyalty/cards/{card['id']}/points",
                json={"purchase_amount_cents": 100},
                headers={"idempotency-key": key, "authorization": f"Bearer {till.token}"} | till._headers,
            )
        except httpx.TransportError:
            await asyncio.sleep(0.05)
            continue
        if answer.status_code == 201:
            return tries
        assert answer.status_code in {429, 503}, answer.text
        await asyncio.sleep(0.05)
    raise AssertionError("no answer")


@pytest.mark.slow
async def test_a_stream_of_sales_survives_a_backend_that_is_killed_again_and_again(
    shop: Shop, settings: Settings, superuser: asyncpg.Connection, forks: str
) -> None:
    chance = random.Random(20261121)
    tills = [shop.anna, shop.luc, shop.claire.at(shop.outlet)]
    cards = [await shop.a_card() for _ in tills]
    with a_backend(settings, forks) as backend:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}", timeout=5) as http:
            waiting = asyncio.gather(*(sell_one_after_another(http, *each) for each in zip(tills, cards, strict=True)))
            for _ in range(2):
                await until_one_is_sold(superuser, cards)
                await asyncio.sleep(chance.uniform(0, 0.03))
                backend.kill()
                backend.start()
            tries = await waiting
    assert sum(tries) > SALES_PER_CARD * len(cards), "some were repeated"
    for card in cards:
        keys = sorted(row[0] for row in await superuser.fetch(SALES, UUID(card["id"])))
        assert keys == sorted(f"{card['id']}-{number}" for number in range(SALES_PER_CARD))
        assert (await shop.anna.show(card))["points_balance"] == SALES_PER_CARD


async def sell_one_after_another(http: httpx.AsyncClient, till: Till, card: Json) -> int:
    """How many tries it took."""
    keys = (f"{card['id']}-{number}" for number in range(SALES_PER_CARD))
    return sum([await sell_until_answered(http, till, card, key) for key in keys])


@pytest.mark.slow
async def test_a_backend_that_is_told_to_stop_answers_the_sale_that_it_has_begun(
    shop: Shop, settings: Settings, superuser: asyncpg.Connection, forks: str
) -> None:
    card = await shop.a_card()
    with a_backend(settings, forks) as backend:
        await backend.until_ready()
        async with httpx.AsyncClient(base_url=backend.address, timeout=PATIENCE_SECONDS, trust_env=False) as http:
            async with superuser.transaction():
                await superuser.execute("SELECT FROM cards WHERE id = $1 FOR UPDATE", UUID(card["id"]))
                sale = asyncio.create_task(sell_until_answered(http, shop.anna, card, new_key()))
                await until(partial(a_sale_waits, superuser))
                ending = asyncio.create_task(asyncio.to_thread(backend.stop))
                with pytest.raises(httpx.TransportError):
                    while True:
                        await http.get("/health/live", headers={"connection": "close"})
                assert not sale.done()
            assert await sale == 1
        assert await ending == 0
    assert (await shop.anna.show(card))["points_balance"] == 1


async def a_sale_waits(superuser: asyncpg.Connection) -> bool:
    await superuser.execute("SELECT pg_stat_clear_snapshot()")
    waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%book%'"
    return bool(await superuser.fetch(waiting))


async def until_one_is_sold(superuser: asyncpg.Connection, cards: list[Json]) -> None:
    query = "SELECT count(*) FROM transactions WHERE card_id = ANY($1) AND kind = 'earned'"
    ids = [UUID(card["id"]) for card in cards]
    before, deadline = await superuser.fetchval(query, ids), time.monotonic() + PATIENCE_SECONDS
    while await superuser.fetchval(query, ids) == before and before < SALES_PER_CARD * len(cards):
        assert time.monotonic() < deadline, "the backend does not come up"
        await asyncio.sleep(0.005)
