"""Owners are told what tablets did offline and nobody has decided yet: once a day at most."""

from datetime import timedelta

import asyncpg
import pytest

from backend.core.clock import clock
from backend.operations.reviews.tasks import TASK
from backend.operations.task_runs.actions import queue_run
from backend.services import Services
from tests.world.devices import a_tablet
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.tablet_queue import queue_of
from workers.jobs.reviews import tell_of_reviews
from workers.jobs.task_runs import run_requested
from workers.schedule import SCHEDULE

MAILS = "SELECT subject, body_text FROM platform_mails WHERE template_code = 'offline_review' AND recipient = $1"


@pytest.fixture
def working(services: Services) -> dict[str, Services]:
    return {"services": services}


async def something_waits(shop: Shop) -> None:
    """Two sales without a grant."""
    tablet = queue_of(shop, str((await a_tablet(shop)).state.device_id))
    for cents in (1000, 2000):
        tablet.sold(await shop.a_card(), cents)
    await tablet.hand_in()


async def test_owners_are_told_once_a_day_while_something_waits(
    shop: Shop, working: dict[str, Services], superuser: asyncpg.Connection
) -> None:
    await something_waits(shop)
    for _ in "12":
        await tell_of_reviews(working)
    (mail,) = await superuser.fetch(MAILS, shop.emails["claire"])
    assert "2 transactions to review" in mail["subject"]
    assert "/office/review" in mail["body_text"]
    assert not await superuser.fetch(MAILS, shop.emails["anna"])
    clock.move(timedelta(days=1))
    await tell_of_reviews(working)
    assert len(await superuser.fetch(MAILS, shop.emails["claire"])) == 2


async def test_a_person_of_the_platform_has_them_told_at_once(
    shop: Shop, working: dict[str, Services], superuser: asyncpg.Connection
) -> None:
    await something_waits(shop)
    run = await queue_run(working["services"].sessions, TASK)
    await run_requested(working, str(run.id))
    (mail,) = await superuser.fetch(MAILS, shop.emails["claire"])
    assert "2 transactions to review" in mail["subject"]


async def test_where_nothing_waits_any_more_nobody_is_told(
    shop: Shop, working: dict[str, Services], superuser: asyncpg.Connection
) -> None:
    await something_waits(shop)
    for item in (await shop.claire.get("/merchant/devices/review"))["data"]:
        decided = {"decision": "dismiss", "reason": "Written down twice"}
        await Office.of(shop.claire).post(f"/merchant/devices/review/{item['id']}/decide", decided)
    await tell_of_reviews(working)
    assert not await superuser.fetch(MAILS, shop.emails["claire"])


def test_it_runs_every_morning() -> None:
    (job,) = [job for job in SCHEDULE if job.name == "cron:tell_of_reviews"]
    assert (job.hour, job.minute) == (6, 20)
