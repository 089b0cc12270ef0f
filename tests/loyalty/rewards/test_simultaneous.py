"""Changes of rewards at the same time as others."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.pictures.queries import keep_from_purge
from backend.services import Services
from tests.world.caller import outcome
from tests.world.office import Office
from tests.world.pictures import a_picture
from tests.world.shop import Shop

EVENTS = "SELECT count(*) FROM events WHERE merchant_id = $1 AND name = 'rewards_changed'"


@pytest.fixture
def office(shop: Shop) -> Office:
    return Office.of(shop.claire)


async def test_rewards_are_moved_while_others_are_added_archived_and_restored(office: Office) -> None:
    rewards = [await office.add_reward(f"Reward {number}") for number in range(6)]
    for _ in range(3):
        archived = [await office.archive(reward) for reward in rewards[:2]]
        asked = [
            *map(office.restore_reward, archived),
            *(office.move_reward(reward, 1) for reward in rewards[2:5]),
            office.add_reward(),
        ]
        assert set(await asyncio.gather(*map(outcome, asked))) == {"booked"}
        rewards = [await office.reward(reward) for reward in rewards]
    order = [reward["id"] for reward in (await office.rewards())["data"]]
    assert len(order) == len(set(order)) == 2 + 6 + 3


async def test_passes_hear_of_a_period_that_began_since_though_the_owner_changes_something_else(
    shop: Shop, office: Office, superuser: asyncpg.Connection
) -> None:
    """At midnight, before the job has announced it."""
    added = await office.add_reward(starts_on="2030-06-01")
    clock.move(datetime(2030, 6, 1, 12, 0, tzinfo=UTC) - clock.now())
    assert await superuser.fetchval(EVENTS, shop.merchant_id) == 0
    await office.change_reward(added, stock=3)
    assert await superuser.fetchval(EVENTS, shop.merchant_id) == 1


async def test_a_picture_is_not_purged_while_a_reward_is_saved_with_it(
    shop: Shop, office: Office, services: Services, superuser: asyncpg.Connection
) -> None:
    picture = (await office.upload(a_picture()))["hash"]
    purged = "SET LOCAL lock_timeout = 100; DELETE FROM pictures"
    async with services.sessions.committing(shop.merchant_id) as session:
        assert await keep_from_purge(session, shop.merchant_id, picture)
        with pytest.raises(asyncpg.LockNotAvailableError):
            await superuser.execute(purged)
    await office.add_reward(picture=picture)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await superuser.execute(purged)
