"""From the sale to the phone, with the running outbox, queue and worker."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from arq.constants import job_key_prefix
from arq.worker import Worker

from backend.core.clock import clock
from backend.core.events import DomainEvent
from backend.core.leases import LEASE, UNHEARD
from backend.core.models import BULK_EVENTS
from backend.core.queue import LONG_QUEUE
from backend.core.settings import Settings
from backend.loyalty.ledger import events
from backend.operations.ledger.points import WARNING
from backend.operations.task_runs.actions import claim_run
from backend.operations.task_runs.models import TaskRun
from backend.operations.wallets import tasks
from backend.operations.wallets.tasks import queue_sync
from backend.reactions import SHOWN_ON_PASSES, event_name
from backend.services import Services
from backend.wallets.attempts import Lease
from backend.wallets.due import SyncScope
from backend.wallets.jobs import PASSES_QUEUE, SYNC_PASSES
from backend.wallets.leases import take_lease
from backend.wallets.ports import LinkKey, NotifyReason, Paused, Transient
from backend.wallets.wallet_links import open_link
from tests.conftest import OpenShop
from tests.doubles.phone import Phones
from tests.workers.conftest import queue_workers, run
from tests.world.caller import Json, new_key
from tests.world.limits import forget_everything
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import Card
from workers.jobs import wallets as wallet_jobs
from workers.jobs.ledger import warn_expiring_points
from workers.jobs.outbox import relay_bulk_outbox, relay_outbox
from workers.jobs.wallets import (
    check_wallet_certificates,
    find_lost_syncs,
    reconcile_google_passes,
    sync_waiting_passes,
    sync_wallet_passes,
)

JOBS = f"{job_key_prefix}wallet:*"


@pytest.fixture
def phones() -> Phones:
    return Phones()


@pytest.fixture
def context(working: dict[str, Services], phones: Phones) -> dict[str, Any]:
    """A worker's, whose Google is these phones."""
    services: Services = working["services"]
    sync = dataclasses.replace(services.wallet_sync, providers={"google": phones})
    return {"services": dataclasses.replace(services, wallet_sync=sync)}


@pytest.fixture
async def workers(
    settings: Settings, context: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[list[Worker]]:
    """They refresh passes without waiting for the owner's next change."""
    monkeypatch.setattr(tasks, "REFRESH_SECONDS", 0)
    async with queue_workers(settings, context) as made:
        yield made


async def saved(shop: Shop, services: Services, **told: Any) -> Card:
    """In Google's wallet, not up to date yet."""
    card = await shop.a_card(**told)
    async with services.sessions.committing(shop.merchant_id) as session:
        key: LinkKey = (shop.merchant_id, UUID(card["id"]), "google")
        await open_link(session, key, f"google-{card['id']}", clock.now())
    await forget_everything(services.redis)
    return card


async def test_from_the_sale_to_the_phone(
    workers: list[Worker], context: Json, shop: Shop, services: Services, phones: Phones
) -> None:
    card = await saved(shop, services)
    await shop.anna.earn(card, cents=700)
    await relay_outbox(context)
    await run(workers)
    assert phones.points(card["id"]) == 7
    assert (await services.wallet_sync.freshness.last_hour("google")).count == 1


async def test_a_card_in_no_wallet_rings_nobody(context: Json, shop: Shop, services: Services) -> None:
    await shop.anna.earn(await shop.a_card(), cents=700)
    await relay_outbox(context)
    assert await services.redis.keys(JOBS) == []


async def test_passes_of_merged_cards_hear_that_the_links_of_the_one_that_goes_on_have_ended(
    workers: list[Worker], context: Json, shop: Shop, services: Services, phones: Phones
) -> None:
    kept, other = await shop.a_card(), await saved(shop, services)
    await Office.of(shop.claire).merge(kept, other)
    await relay_outbox(context)
    await run(workers)
    pushed = len(phones.pushed)
    await shop.anna.post(f"/store/loyalty/cards/{kept['id']}/links", {}, key=new_key())
    await relay_outbox(context)
    await run(workers)
    [told] = phones.pushed[pushed:]
    assert (str(told.card_id), told.page_version) == (other["id"], 1)


async def test_what_an_owner_changes_within_seconds_is_one_run_over_all_passes(
    context: Json, shop: Shop, services: Services, phones: Phones, superuser: asyncpg.Connection
) -> None:
    async def runs() -> list[str]:
        found = await superuser.fetch("SELECT id FROM task_runs WHERE merchant_id = $1 ORDER BY created_at", merchant)
        return [str(row["id"]) for row in found]

    merchant, office = shop.merchant_id, Office.of(shop.claire)
    cards = [await saved(shop, services) for _ in range(2)]
    added = await office.add_reward("Scarf", 20)
    await relay_outbox(context)
    for points in (30, 40, 50):
        added = await office.change_reward(added, points_required=points)
        await relay_outbox(context)
    (run_id,) = await runs()
    for _ in range(2):
        # A job may be repeated.
        await sync_wallet_passes(context, run_id)
        assert {push.next_reward_points for push in phones.pushed} == {50}
        assert {str(push.card_id) for push in phones.pushed} == {card["id"] for card in cards}
    await office.archive(added)
    await relay_outbox(context)
    assert len(await runs()) == 2


async def test_a_refresh_that_cannot_begin_is_found_again_and_later_changes_do_not_rely_on_it(
    context: Json,
    shop: Shop,
    services: Services,
    superuser: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def away(*_: Any) -> int:
        raise ConnectionError

    await saved(shop, services)
    office = Office.of(shop.claire)
    await office.add_reward("Scarf")
    await relay_outbox(context)
    runs = "SELECT id, started_at FROM task_runs WHERE merchant_id = $1 ORDER BY created_at"
    (waiting,) = await superuser.fetch(runs, shop.merchant_id)
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "bump_all_pass_versions", away)
        with pytest.raises(ConnectionError):
            await sync_wallet_passes(context, str(waiting["id"]))
    await office.add_reward("Hat")
    await relay_outbox(context)
    assert [run["started_at"] for run in await superuser.fetch(runs, shop.merchant_id)] == [None, None]
    await forget_everything(services.redis)
    clock.move(timedelta(seconds=61))
    await find_lost_syncs(context)
    assert await services.redis.exists(f"{job_key_prefix}task:{waiting['id']}")


async def test_nobody_is_refreshed_whose_cards_are_in_no_wallet(
    context: Json, shop: Shop, superuser: asyncpg.Connection
) -> None:
    await shop.a_card()
    await Office.of(shop.claire).add_reward()
    await relay_outbox(context)
    assert await superuser.fetchval("SELECT count(*) FROM task_runs WHERE merchant_id = $1", shop.merchant_id) == 0


async def test_a_job_is_ids_in_json_and_rung_once_per_version(context: Json, shop: Shop, services: Services) -> None:
    card = await saved(shop, services, first_name="Canary")
    await shop.anna.earn(card, cents=700)
    await relay_outbox(context)
    (job,) = await services.redis.keys(JOBS)
    assert msgspec.json.decode(await services.redis.get(job))["a"] == [str(shop.merchant_id), card["id"], "google"]


async def test_a_full_stamp_card_makes_the_phone_ring_once(
    workers: list[Worker], context: Json, opened: OpenShop, services: Services, phones: Phones
) -> None:
    shop = await opened(terms={"stamps_target": 1})
    card = await saved(shop, services)
    await shop.anna.stamp(card)
    await relay_outbox(context)
    await run(workers)
    assert phones.rung == [NotifyReason.REWARD_READY]
    assert phones.shown[UUID(card["id"])].stamp_count == 1


async def test_points_that_end_soon_make_the_phone_ring_once(
    workers: list[Worker], context: Json, opened: OpenShop, services: Services, phones: Phones
) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 30})
    card = await saved(shop, services, points=40)
    await services.wallet_sync.sync_card(shop.merchant_id, UUID(card["id"]), "google")
    clock.move(timedelta(days=20))
    for _ in range(2):
        await WARNING.run(services.ledger, services.sessions, None)
        await relay_bulk_outbox(context)
        await run(workers)
    assert phones.rung == [NotifyReason.POINTS_EXPIRING]
    assert phones.pushed[-1].next_expiry_points == 40


async def test_in_the_morning_of_the_merchant_a_worker_tells_of_points_that_end(
    context: Json, opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    """Not at two in the night, when points expire: the phone would ring. And of each day once."""
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 30}, timezone="Europe/Luxembourg")
    clock.move(datetime(2027, 1, 10, 12, tzinfo=UTC) - clock.now())
    card, told = UUID((await shop.a_card(points=40))["id"]), []
    for moment in ((30, 7, 59), (30, 8, 1), (30, 8, 16), (31, 8, 1)):
        clock.move(datetime(2027, 1, *moment, tzinfo=UTC) - clock.now())
        await warn_expiring_points(context)
        told.append(await superuser.fetchval("SELECT warned_until IS NOT NULL FROM cards WHERE id = $1", card))
    assert told == [False, True, True, True]
    runs = await superuser.fetch("SELECT counts ->> 'expiring_points' FROM task_runs WHERE name = $1", WARNING.name)
    assert [row[0] for row in runs].count("40") == 1


async def test_a_warning_never_silences_a_reward_that_is_not_told_yet(
    workers: list[Worker], context: Json, opened: OpenShop, services: Services, phones: Phones
) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 30, "stamps_target": 1})
    card = await saved(shop, services, points=40)
    clock.move(timedelta(days=20))
    await shop.anna.stamp(card)
    await WARNING.run(services.ledger, services.sessions, None)
    await relay_outbox(context)
    await relay_bulk_outbox(context)
    await run(workers)
    assert phones.rung[0] is NotifyReason.REWARD_READY


async def test_a_name_told_at_a_second_enrollment_reaches_the_pass(
    workers: list[Worker], context: Json, shop: Shop, services: Services, phones: Phones
) -> None:
    card = await saved(shop, services, email="weber@mail.example")
    await relay_outbox(context)
    await run(workers)
    again = await shop.anna.enroll("weber@mail.example", first_name="Marie", last_name="Weber")
    assert (again["id"], again["already_enrolled"]) == (card["id"], True)
    await relay_outbox(context)
    await run(workers)
    assert phones.shown[UUID(card["id"])].customer_name == "Marie Weber"


async def test_a_provider_that_stumbles_is_asked_again_a_second_later(
    workers: list[Worker], context: Json, shop: Shop, services: Services, phones: Phones
) -> None:
    card = await saved(shop, services)
    phones.fails = [Transient("503", "Busy."), Paused("breaker_open", "Away.", 0.1)]
    await shop.anna.earn(card, cents=700)
    await relay_outbox(context)
    await run(workers)
    assert phones.points(card["id"]) == 7
    assert sum(worker.jobs_failed for worker in workers) == 0
    assert {worker.queue_name: worker.jobs_retried for worker in workers if worker.jobs_retried} == {PASSES_QUEUE: 2}


async def test_a_change_that_comes_while_one_is_sent_follows_at_once(
    workers: list[Worker], context: Json, shop: Shop, services: Services, phones: Phones
) -> None:
    card = await saved(shop, services)
    await shop.anna.earn(card, cents=100)
    await relay_outbox(context)
    phones.may_answer.clear()
    running = asyncio.create_task(run(workers))
    await phones.is_asked.wait()
    await shop.anna.earn(card, cents=100)
    phones.may_answer.set()
    await running
    assert [pushed.points_balance for pushed in phones.pushed] == [1, 2]


async def test_the_hourly_run_finds_what_redis_lost(
    context: Json, shop: Shop, services: Services, phones: Phones, superuser: asyncpg.Connection
) -> None:
    card = await saved(shop, services)
    await shop.anna.earn(card, cents=700)
    await sync_wallet_passes(context)
    assert phones.points(card["id"]) == 7
    counts = await superuser.fetchval("SELECT counts::text FROM task_runs")
    assert msgspec.json.decode(counts)["synced"] >= 1


async def test_the_hourly_run_waits_for_the_last_one_to_end(
    context: Json, services: Services, superuser: asyncpg.Connection
) -> None:
    running = await queue_sync(services.wallet_sync, SyncScope())
    await superuser.execute(
        "UPDATE task_runs SET started_at = $2, heartbeat_at = $2 WHERE id = $1", running.id, clock.now()
    )
    await sync_wallet_passes(context)
    assert await superuser.fetchval("SELECT count(*) FROM task_runs") == 1


async def test_the_hourly_run_of_a_killed_worker_is_taken_over_once_it_is_silent(
    context: Json, shop: Shop, services: Services, phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await saved(shop, services)
    await shop.anna.earn(card, cents=700)
    killed, looks = await queue_sync(services.wallet_sync, SyncScope()), list[float]()
    assert await claim_run(services.sessions, killed.id)

    async def sleep(seconds: float) -> None:
        looks.append(seconds)
        assert phones.pushed == []
        clock.move(timedelta(seconds=seconds))

    monkeypatch.setattr(wallet_jobs, "sleep", sleep)
    await sync_wallet_passes(context | {"job_try": 2})
    assert phones.points(card["id"]) == 7
    assert sum(looks) <= LEASE.total_seconds() + 1


async def test_a_pass_whose_worker_was_killed_in_the_middle_is_synced_when_its_lease_ends(
    context: Json, shop: Shop, services: Services, phones: Phones, superuser: asyncpg.Connection
) -> None:
    """Also when its job is lost, and a run that has left it out because it was leased goes on for hours."""
    card = await saved(shop, services)
    await shop.anna.earn(card, cents=700)
    await relay_outbox(context)
    await forget_everything(services.redis)
    key: LinkKey = (shop.merchant_id, UUID(card["id"]), "google")
    assert isinstance(await take_lease(services.pool, key), Lease)
    running = await queue_sync(services.wallet_sync, SyncScope())
    assert await claim_run(services.sessions, running.id)
    await sync_waiting_passes(context)
    assert phones.pushed == []
    clock.move(LEASE)
    await sync_waiting_passes(context)
    assert phones.points(card["id"]) == 7


async def test_a_pass_that_has_used_up_its_attempts_or_waits_for_its_wake_up_is_left_alone(
    context: Json, shop: Shop, services: Services, phones: Phones, superuser: asyncpg.Connection
) -> None:
    card = await saved(shop, services)
    await shop.anna.earn(card, cents=700)
    await relay_outbox(context)
    await sync_waiting_passes(context)
    assert phones.pushed == []
    clock.move(UNHEARD)
    await superuser.execute("UPDATE wallet_links SET attempts = 4")
    await sync_waiting_passes(context)
    assert phones.pushed == []
    await superuser.execute("UPDATE wallet_links SET attempts = 3, next_attempt_at = $1", clock.now() + LEASE)
    await sync_waiting_passes(context)
    assert phones.pushed == []
    clock.move(LEASE)
    await sync_waiting_passes(context)
    assert phones.points(card["id"]) == 7


async def test_a_run_that_somebody_asked_for_is_done_by_the_worker(
    workers: list[Worker], context: Json, shop: Shop, services: Services, phones: Phones
) -> None:
    card = await saved(shop, services)
    asked = await queue_sync(
        services.wallet_sync, SyncScope(shop.merchant_id, UUID(card["id"])), card_code=card["code"]
    )
    await services.queue.enqueue_job(SYNC_PASSES, str(asked.id), _queue_name=LONG_QUEUE)
    await run(workers)
    async with services.sessions.committing() as session:
        done = await session.get_one(TaskRun, asked.id)
    assert (done.counts["synced"], done.failures, done.error) == (1, {}, None)
    assert phones.points(card["id"]) == 0


async def test_a_run_that_redis_lost_is_done_all_the_same(
    workers: list[Worker], context: Json, shop: Shop, services: Services, phones: Phones
) -> None:
    card = await saved(shop, services)
    asked = await queue_sync(
        services.wallet_sync, SyncScope(shop.merchant_id, UUID(card["id"])), card_code=card["code"]
    )
    await find_lost_syncs(context)
    assert await services.redis.zcard(LONG_QUEUE) == 0, "it may be on its way still"
    clock.move(timedelta(seconds=61))
    for _ in range(2):
        await find_lost_syncs(context)
    assert await services.redis.zcard(LONG_QUEUE) == 1
    await run(workers)
    async with services.sessions.committing() as session:
        assert (await session.get_one(TaskRun, asked.id)).counts["processed"] == 1
    assert phones.points(card["id"]) == 0
    await find_lost_syncs(context)
    assert await services.redis.zcard(LONG_QUEUE) == 0


async def test_without_wallets_their_tasks_have_nothing_to_do(
    working: dict[str, Services], services: Services, superuser: asyncpg.Connection
) -> None:
    await reconcile_google_passes(working)
    await check_wallet_certificates(working)
    rows = await superuser.fetch("SELECT name, counts::text, failures::text FROM task_runs")
    assert [tuple(row) for row in rows] == [("check_wallet_certificates", "{}", "{}")]


SILENT = {"reward_reserved", "hold_released", "card_frozen", "card_unfrozen", "welcome_bonus_given"}
"""Events of a card that change nothing on its passes, or that come with one that does."""


def test_an_event_of_the_ledger_is_told_to_the_wallets_or_named_as_silent() -> None:
    kinds = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, DomainEvent)]
    of_cards = {event_name(kind) for kind in kinds if "card_id" in kind.__struct_fields__} - {"card_booking"}
    assert of_cards == {*SHOWN_ON_PASSES, *SILENT, *BULK_EVENTS}


async def test_a_changed_reward_is_on_all_phones(
    workers: list[Worker], context: Json, shop: Shop, services: Services, phones: Phones
) -> None:
    cards = [await saved(shop, services, points=points) for points in (10, 20)]
    await relay_outbox(context)
    await run(workers)
    before = len(phones.pushed)
    await Office.of(shop.claire).add_reward("Scarf", 50)
    await relay_outbox(context)
    await run(workers)
    assert {str(pass_.card_id) for pass_ in phones.pushed[before:]} == {card["id"] for card in cards}
    assert [pass_.next_reward for pass_ in phones.pushed[before:]] == [{"en": "Scarf"}] * 2
