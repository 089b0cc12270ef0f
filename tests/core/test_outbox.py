"""What has happened is never forgotten: events, the relay, its reactions."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core import outbox
from backend.core.clock import clock
from backend.core.events import event_row, record
from backend.core.leases import LEASE
from backend.core.models import IS_PROMPT, Event
from backend.core.outbox import TRIES, relay
from backend.services import Services
from tests.core.events import BreadBaked
from tests.world.caller import Json
from tests.world.shop import Shop


@pytest.fixture(autouse=True)
async def nothing_waits(superuser: asyncpg.Connection) -> AsyncIterator[None]:
    await superuser.execute("DELETE FROM outbox")
    yield
    await superuser.execute("DELETE FROM outbox")


@pytest.fixture
async def baked(services: Services, shop: Shop) -> UUID:
    """A loaf, and the id of its event."""
    async with services.sessions.committing(shop.merchant_id) as session:
        record(session, shop.merchant_id, BreadBaked(1), clock.now())
        return next(iter(entry.id for entry in session.new if isinstance(entry, Event)))


class Reactions:
    """Two reactions; the second fails for as long as it is told to."""

    def __init__(self) -> None:
        self.smelled: list[int] = []
        self.sold: list[int] = []
        self.shop_is_closed = False

    @property
    def table(self) -> Json:
        async def smell(session: AsyncSession, event: Event) -> None:
            self.smelled.append(event.data["loaves"])

        async def sell(session: AsyncSession, event: Event) -> None:
            self.sold.append(event.data["loaves"])
            if self.shop_is_closed:
                raise RuntimeError("closed")

        return {"bread_baked": [smell, sell]}


async def message(superuser: asyncpg.Connection, event_id: UUID) -> asyncpg.Record | None:
    return await superuser.fetchrow("SELECT * FROM outbox WHERE id = $1", event_id)


def test_an_event_is_named_in_the_past_tense() -> None:
    row = event_row(BreadBaked(3))
    assert (row.name, row.data) == ("bread_baked", {"loaves": 3})


async def test_every_reaction_runs_once_and_the_message_goes(
    services: Services, baked: UUID, superuser: asyncpg.Connection
) -> None:
    reactions = Reactions()
    assert await relay(services.sessions, reactions.table, clock.now()) == 1
    assert await relay(services.sessions, reactions.table, clock.now()) == 0
    assert (reactions.smelled, reactions.sold) == ([1], [1])
    assert await message(superuser, baked) is None


async def test_a_reaction_that_fails_is_tried_again_alone(
    services: Services, baked: UUID, superuser: asyncpg.Connection
) -> None:
    reactions = Reactions()
    reactions.shop_is_closed = True
    await relay(services.sessions, reactions.table, clock.now())
    waiting = await message(superuser, baked)
    assert waiting is not None
    assert (waiting["reactions_done"], waiting["last_error"]) == (["smell"], "sell: RuntimeError")
    assert await relay(services.sessions, reactions.table, clock.now()) == 0
    reactions.shop_is_closed = False
    clock.move(timedelta(seconds=3))
    await relay(services.sessions, reactions.table, clock.now())
    assert (reactions.smelled, reactions.sold) == ([1], [1, 1])
    assert await message(superuser, baked) is None


async def test_after_twelve_tries_it_is_given_up_and_kept(
    services: Services, baked: UUID, superuser: asyncpg.Connection
) -> None:
    reactions = Reactions()
    reactions.shop_is_closed = True
    for _ in range(TRIES):
        await relay(services.sessions, reactions.table, clock.now())
        clock.move(timedelta(hours=1, seconds=1))
    dead = await message(superuser, baked)
    assert dead is not None
    assert dead["dead_at"] is not None
    assert len(reactions.sold) == TRIES
    assert await relay(services.sessions, reactions.table, clock.now()) == 0


async def test_what_has_not_begun_in_time_is_given_back_and_has_lost_no_try(
    services: Services, baked: UUID, superuser: asyncpg.Connection
) -> None:
    reactions = Reactions()
    assert await relay(services.sessions, reactions.table, clock.now(), until=time.monotonic()) == 0
    waiting = await message(superuser, baked)
    assert waiting is not None
    assert (reactions.sold, waiting["attempts"]) == ([], 0)
    assert await relay(services.sessions, reactions.table, clock.now(), until=time.monotonic() + 60) == 1
    assert reactions.sold == [1]


async def test_a_worker_that_died_gives_its_messages_back_when_the_lease_ends(
    services: Services, baked: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*_: object) -> None:
        raise SystemExit

    reactions = Reactions()
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(outbox, "_react", die)
        await relay(services.sessions, reactions.table, clock.now())
    clock.move(LEASE - timedelta(seconds=1))
    assert await relay(services.sessions, reactions.table, clock.now()) == 0
    clock.move(timedelta(seconds=2))
    assert await relay(services.sessions, reactions.table, clock.now()) == 1
    assert reactions.sold == [1]


async def test_a_worker_slower_than_its_lease_does_not_react_twice(services: Services, baked: UUID) -> None:
    reactions = Reactions()
    slow = await outbox.claim_messages(services.sessions, IS_PROMPT, clock.now(), outbox.BATCH)
    clock.move(timedelta(seconds=31))
    await relay(services.sessions, reactions.table, clock.now())
    await outbox._react(services.sessions, reactions.table["bread_baked"], slow[0], clock.now())
    assert (reactions.smelled, reactions.sold) == ([1], [1])


async def test_what_a_failing_reaction_wrote_is_rolled_back(
    services: Services, baked: UUID, superuser: asyncpg.Connection
) -> None:
    async def write_and_fail(session: AsyncSession, event: Event) -> None:
        record(session, event.merchant_id, BreadBaked(99), clock.now())
        await session.flush()
        raise RuntimeError

    await relay(services.sessions, {"bread_baked": [write_and_fail]}, clock.now())
    assert await superuser.fetchval("SELECT count(*) FROM events WHERE data ->> 'loaves' = '99'") == 0


async def test_an_event_nobody_reacts_to_is_done(
    services: Services, baked: UUID, superuser: asyncpg.Connection
) -> None:
    assert await relay(services.sessions, {}, clock.now()) == 1
    assert await message(superuser, baked) is None


async def test_a_transaction_rolled_back_leaves_no_event(
    services: Services, shop: Shop, superuser: asyncpg.Connection
) -> None:
    with pytest.raises(RuntimeError):
        async with services.sessions.committing(shop.merchant_id) as session:
            record(session, shop.merchant_id, BreadBaked(77), clock.now())
            await session.flush()
            raise RuntimeError
    assert await superuser.fetchval("SELECT count(*) FROM events WHERE data ->> 'loaves' = '77'") == 0
