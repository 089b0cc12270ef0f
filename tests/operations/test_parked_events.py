"""What was given up is seen with its reason, and tried again once the cause is fixed."""

from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.core.clock import clock
from backend.core.outbox import TRIES, ClaimedMessage, postponed
from backend.services import Services
from tests.conftest import SignIn
from tests.world import CLAIRE, PAUL
from tests.world.caller import Json, refused
from tests.world.outbox import forget_other_events
from tests.world.parked import park
from tests.world.patience import until
from tests.world.shop import Shop
from tests.world.till import Till
from workers.jobs.outbox import relay_outbox

PARKED = "/admin/parked-events"
LEFT = "SELECT count(*) FROM outbox WHERE merchant_id = $1 AND dead_at IS NULL AND attempts = 0"


@pytest.fixture
async def paul(sign_in: SignIn) -> Till:
    """A platform admin."""
    return await sign_in(PAUL)


async def parked_card(shop: Shop, error: str) -> Json:
    card = await shop.a_card(points=3)
    await park(shop, error)
    return card


async def test_a_parked_event_says_what_has_failed_and_what_it_is_about(
    paul: Till, shop: Shop, superuser: asyncpg.Connection
) -> None:
    card = await parked_card(shop, "sync_wallets: TimeoutError; mail_aunt: KeyError")
    events = (await paul.get(PARKED, params={"reaction": "mail_aunt", "limit": 100}))["data"]
    mine = [event for event in events if event["merchant_code"] == shop.code]
    (earned,) = [event for event in mine if event["event_name"] == "points_earned"]
    assert (earned["reactions"], earned["attempts"]) == (["sync_wallets", "mail_aunt"], 12)
    assert earned["payload"]["card_id"] == card["id"]
    assert datetime.fromisoformat(earned["occurred_at"]) <= datetime.fromisoformat(earned["parked_at"])
    assert (await paul.get(PARKED, params={"reaction": "mail_aun"}))["data"] == []


async def test_one_is_released_and_worked_off(
    services: Services, paul: Till, shop: Shop, superuser: asyncpg.Connection
) -> None:
    await parked_card(shop, "mail_uncle: KeyError")
    await forget_other_events(superuser, shop)
    events = (await paul.get(PARKED, params={"reaction": "mail_uncle", "limit": 100}))["data"]
    chosen = events[0]["id"]
    await paul.ask("POST", f"{PARKED}/{chosen}/release")
    assert await superuser.fetchval(LEFT, shop.merchant_id) == 1
    for event_id in (chosen, str(uuid4())):
        with refused("parked_event_not_found", 404):
            await paul.ask("POST", f"{PARKED}/{event_id}/release")
    entry = (await paul.get("/admin/audit", params={"action": "events.released"}))["data"][0]
    assert {change["label"]: change["after"] for change in entry["changes"]} == {"Event": chosen, "Events": "1"}

    async def is_worked_off() -> bool:
        await relay_outbox({"services": services})
        return not await superuser.fetchval("SELECT count(*) FROM outbox WHERE id = $1", UUID(chosen))

    await until(is_worked_off)


async def test_a_worker_that_comes_late_does_not_park_it_again(
    services: Services, paul: Till, shop: Shop, superuser: asyncpg.Connection
) -> None:
    """It had the event's last attempt, and lost its lease: another worker parked the event meanwhile."""
    await parked_card(shop, "mail_cousin: KeyError")
    event = (await paul.get(PARKED, params={"reaction": "mail_cousin", "limit": 100}))["data"][0]
    await paul.ask("POST", f"{PARKED}/{event['id']}/release")
    late = ClaimedMessage(UUID(event["id"]), shop.merchant_id, event["event_name"], TRIES, frozenset())
    async with services.sessions.committing() as session:
        await session.execute(postponed(late, ["mail_cousin: TimeoutError"], clock.now()))
    assert await superuser.fetchval(LEFT, shop.merchant_id) == 1


async def test_all_of_one_reaction_are_released_and_others_stay(
    paul: Till, shop: Shop, superuser: asyncpg.Connection
) -> None:
    await parked_card(shop, "mail_niece: KeyError")
    parked = len((await paul.get(PARKED, params={"reaction": "mail_niece", "limit": 100}))["data"])
    assert await paul.post(f"{PARKED}/release", {"reaction": "mail_nephew"}) == {"count": 0}
    assert await superuser.fetchval(LEFT, shop.merchant_id) == 0
    assert await paul.post(f"{PARKED}/release", {"reaction": "mail_niece"}) == {"count": parked}
    assert await superuser.fetchval(LEFT, shop.merchant_id) == parked


async def test_parked_events_come_in_pages(paul: Till, shop: Shop, superuser: asyncpg.Connection) -> None:
    await parked_card(shop, "mail_cousin: KeyError")
    asked = {"reaction": "mail_cousin", "limit": 1}
    first = await paul.get(PARKED, params=asked)
    second = await paul.get(PARKED, params=asked | {"after": first["next_cursor"]})
    assert first["has_more"] is True
    assert first["data"][0]["id"] != second["data"][0]["id"]


async def test_what_waits_is_counted_by_event_and_queue(paul: Till, shop: Shop, superuser: asyncpg.Connection) -> None:
    await parked_card(shop, "mail_aunt: KeyError")
    waits = await paul.get("/admin/backlogs")
    (earned,) = [event for event in waits["events"] if event["event_name"] == "points_earned"]
    assert (earned["parked"] >= 1, earned["is_bulk"]) == (True, False)
    assert {queue["name"] for queue in waits["job_queues"]} == {
        "orion:jobs", "orion:long", "orion:passes", "orion:webhooks",
    }  # fmt: skip
    assert waits["emails"]["waiting"] >= 0


async def test_owners_see_nothing_of_it(sign_in: SignIn) -> None:
    claire = await sign_in(CLAIRE)
    for path in (PARKED, "/admin/backlogs", "/admin/tasks"):
        with refused("forbidden", 403):
            await claire.get(path)
