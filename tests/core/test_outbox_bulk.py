"""Events that are recorded by the thousand: many in one reaction, and nothing waits behind them."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import asyncpg
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.events import record
from backend.core.ids import new_id
from backend.core.models import BULK_EVENTS, IS_BULK, Event
from backend.core.outbox import TRIES, ClaimedMessage, claim_messages, relay
from backend.core.outbox_bulk import BULK_BATCH, relay_bulk
from backend.loyalty.ledger.events import PointsExpiring
from backend.loyalty.occasions.expiry import ExpiryMails
from backend.reactions import bulk_reactions
from backend.services import Services
from tests.core.events import BreadBaked
from tests.world.caller import Json
from tests.world.shop import Shop
from tests.world.statements import statements


@pytest.fixture(autouse=True)
async def nothing_waits(superuser: asyncpg.Connection) -> AsyncIterator[None]:
    await superuser.execute("DELETE FROM outbox")
    yield
    await superuser.execute("DELETE FROM outbox")


async def warn(services: Services, shop: Shop, *points: int) -> None:
    async with services.sessions.committing(shop.merchant_id) as session:
        for each in points:
            event = PointsExpiring(new_id(), expires_at=clock.now(), points=each)
            record(session, shop.merchant_id, event, clock.now())


class Reactions:
    """Two reactions; the second fails for the points that are bad, and for all while `outage` lasts."""

    def __init__(self) -> None:
        self.rung: list[list[int]] = []
        self.mailed: list[int] = []
        self.bad: set[int] = set()
        self.outage: Exception | None = None

    @property
    def table(self) -> Json:
        async def ring(session: AsyncSession, events: Sequence[Event]) -> None:
            self.rung.append([event.data["points"] for event in events])

        async def mail(session: AsyncSession, events: Sequence[Event]) -> None:
            points = [event.data["points"] for event in events]
            if self.outage is not None:
                raise self.outage
            if self.bad.intersection(points):
                raise RuntimeError("bad")
            self.mailed += points

        return {"points_expiring": [ring, mail]}


WAITING = "SELECT reactions_done, last_error, dead_at FROM outbox"


async def test_a_reaction_gets_all_events_of_a_merchant_at_once(services: Services, shop: Shop) -> None:
    reactions = Reactions()
    await warn(services, shop, 1, 2, 3)
    assert await relay_bulk(services.sessions, reactions.table, clock.now()) == 3
    assert await relay_bulk(services.sessions, reactions.table, clock.now()) == 0
    assert reactions.rung == [[1, 2, 3]]
    assert reactions.mailed == [1, 2, 3]


async def test_the_statements_of_a_batch_do_not_grow_with_its_events(services: Services, shop: Shop) -> None:
    counts = []
    for events in (2, BULK_BATCH):
        await warn(services, shop, *range(events))
        with statements() as asked:
            await relay_bulk(services.sessions, Reactions().table, clock.now())
        counts.append(len(asked))
    assert counts[0] == counts[1]


async def test_a_bad_event_fails_alone_and_is_tried_again_alone(
    services: Services, shop: Shop, superuser: asyncpg.Connection
) -> None:
    reactions = Reactions()
    reactions.bad = {3}
    await warn(services, shop, 1, 2, 3, 4)
    await relay_bulk(services.sessions, reactions.table, clock.now())
    assert sorted(reactions.mailed) == [1, 2, 4]
    (waiting,) = await superuser.fetch(WAITING)
    assert (waiting["reactions_done"], waiting["last_error"]) == (["ring"], "mail: RuntimeError")
    assert await relay_bulk(services.sessions, reactions.table, clock.now()) == 0
    reactions.bad.clear()
    clock.move(timedelta(seconds=3))
    await relay_bulk(services.sessions, reactions.table, clock.now())
    assert sorted(reactions.mailed) == [1, 2, 3, 4]
    assert reactions.rung == [[1, 2, 3, 4]]
    assert await superuser.fetch(WAITING) == []


async def test_an_outage_postpones_all_events_of_the_batch(
    services: Services, shop: Shop, superuser: asyncpg.Connection
) -> None:
    reactions = Reactions()
    reactions.outage = RedisConnectionError("away")
    await warn(services, shop, 1, 2)
    await relay_bulk(services.sessions, reactions.table, clock.now())
    assert [tuple(row) for row in await superuser.fetch(WAITING)] == [(["ring"], "mail: ConnectionError", None)] * 2
    reactions.outage = None
    clock.move(timedelta(seconds=3))
    await relay_bulk(services.sessions, reactions.table, clock.now())
    assert reactions.mailed == [1, 2]


async def test_after_twelve_tries_it_is_given_up_and_kept(
    services: Services, shop: Shop, superuser: asyncpg.Connection
) -> None:
    reactions = Reactions()
    reactions.bad = {1}
    await warn(services, shop, 1)
    for _ in range(TRIES):
        await relay_bulk(services.sessions, reactions.table, clock.now())
        clock.move(timedelta(hours=1, seconds=1))
    (dead,) = await superuser.fetch(WAITING)
    assert dead["dead_at"] is not None
    assert await relay_bulk(services.sessions, reactions.table, clock.now()) == 0


async def test_what_another_worker_has_done_after_the_lease_is_not_done_twice(
    services: Services, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    reactions = Reactions()
    slow: list[ClaimedMessage] = []
    await warn(services, shop, 1, 2)

    async def claim_slowly(*arguments: object) -> list[ClaimedMessage]:
        return slow

    slow += await claim_messages(services.sessions, IS_BULK, clock.now(), BULK_BATCH)
    clock.move(timedelta(seconds=31))
    await relay_bulk(services.sessions, reactions.table, clock.now())
    monkeypatch.setattr("backend.core.outbox_bulk.claim_messages", claim_slowly)
    await relay_bulk(services.sessions, reactions.table, clock.now())
    assert (reactions.rung, reactions.mailed) == ([[1, 2]], [1, 2])


async def test_the_tills_event_does_not_wait_behind_a_nights_batch(services: Services, shop: Shop) -> None:
    baked: list[int] = []

    async def smell(session: AsyncSession, event: Event) -> None:
        baked.append(event.data["loaves"])

    await warn(services, shop, *range(60))
    clock.move(timedelta(seconds=1))
    async with services.sessions.committing(shop.merchant_id) as session:
        record(session, shop.merchant_id, BreadBaked(1), clock.now())
    assert await relay(services.sessions, {"bread_baked": [smell]}, clock.now()) == 1
    assert baked == [1]


@pytest.mark.parametrize(("queue", "index"), [("NOT IN", "ix_outbox_due"), ("IN", "ix_outbox_bulk")])
async def test_each_queue_has_its_index(superuser: asyncpg.Connection, shop: Shop, queue: str, index: str) -> None:
    """A night's 100,000 warnings are not read past at every booking."""
    async with superuser.transaction():
        await superuser.execute(
            "INSERT INTO outbox (id, merchant_id, event_name, available_at) "
            "SELECT gen_random_uuid(), $1, CASE n % 50 WHEN 0 THEN 'points_earned' ELSE 'points_expiring' END, now() "
            "FROM generate_series(1, 5000) n",
            shop.merchant_id,
        )
        await superuser.execute("ANALYZE outbox")
        plan = await superuser.fetch(
            "EXPLAIN SELECT id FROM outbox WHERE available_at <= now() AND dead_at IS NULL "
            f"AND event_name {queue} {BULK_EVENTS} ORDER BY available_at LIMIT 50 FOR UPDATE SKIP LOCKED"
        )
        await superuser.execute("DELETE FROM outbox")
    assert f"Index Scan using {index}" in "\n".join(row[0] for row in plan)


def test_points_that_expire_are_the_events_in_bulk(services: Services) -> None:

    assert set(bulk_reactions(ExpiryMails(services.links, services.live), services.queue)) == set(BULK_EVENTS)
