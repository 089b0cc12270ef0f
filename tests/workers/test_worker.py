"""The worker as it runs: what it takes from Redis, and what it finds without."""

import asyncio
import errno
import pickle
import time
import zoneinfo
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from arq.constants import job_key_prefix
from arq.worker import Worker
from msgspec.structs import replace
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core import outbox as events
from backend.core.clock import clock
from backend.core.database_connector import DatabaseUnreachable
from backend.core.outbox import relay
from backend.core.platform_settings import PrivacySettings
from backend.core.queue import RELAY, deserialize, serialize
from backend.core.settings import Settings
from backend.dev.ports import is_free
from backend.merchants.queries import list_merchants_with
from backend.services import Services
from backend.wallets.apple.passes import ERASED_KEPT, purge_erased_passes
from backend.wallets.models import AppleDevice, ApplePass, AppleRegistration
from backend.wallets.wallet_links import open_link
from tests.conftest import LogLines, OpenShop
from tests.doubles.smtp import PostOffice, text_of
from tests.workers.conftest import relay_and_send, run
from tests.world import ANNA, PASSWORD
from tests.world.caller import Json
from tests.world.office import Office
from tests.world.patience import PATIENCE_SECONDS, until
from tests.world.ports import own_port
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller
from workers import runner
from workers.jobs import mail, outbox
from workers.jobs import purge as purge_job
from workers.jobs.mail import send_queued_mails
from workers.jobs.outbox import RUN_SECONDS, relay_outbox
from workers.jobs.purge import purge
from workers.queues import QUEUES
from workers.schedule import SCHEDULE

MAILS = "SELECT template_code, language, recipient, status FROM email_logs ORDER BY id"


async def until_it_rings(services: Services) -> None:
    async def is_ringing() -> bool:
        return bool(await services.redis.keys(f"{job_key_prefix}{RELAY}:*"))

    await until(is_ringing)


def test_the_started_workers_read_json_and_nothing_else(workers: list[Worker]) -> None:
    """A deserializer set where the library does not look would bring pickle back."""
    for worker in workers:
        assert worker.job_deserializer is deserialize
        assert worker.job_serializer is serialize


@pytest.mark.parametrize("queue", [queue.name for queue in QUEUES])
async def test_a_planted_pickle_is_thrown_away_and_does_not_run(
    workers: list[Worker], services: Services, tmp_path: Path, queue: str
) -> None:
    marker = tmp_path / "ran"
    await services.redis.set(f"{job_key_prefix}planted", pickle.dumps(Planted(marker)))
    await services.redis.zadd(queue, {"planted": 1})
    await run(workers)
    assert not marker.exists()
    assert {worker.queue_name: worker.jobs_failed for worker in workers}[queue] == 1


class Planted:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.marker,))


async def test_from_enrollment_to_the_mailbox(
    workers: list[Worker], shop: Shop, services: Services, post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    """The predecessor's bug 16: four faults, each hiding the next, and no welcome mail ever arrived."""
    card = await shop.anna.enroll("otto@example.com", first_name="Otto", language="de")
    await until_it_rings(services)
    await run(workers)
    (mail,) = post_office.mails
    assert mail["To"] == "otto@example.com"
    text = text_of(mail)
    assert "Otto" in text
    assert card["page_url"] in text.replace("=\n", "")
    assert " ".join(card["code"][start : start + 4] for start in range(0, 16, 4)) in text
    assert [tuple(row) for row in await superuser.fetch(MAILS)] == [
        ("loyalty_enrollment", "de", "otto@example.com", "sent")
    ]


async def test_what_redis_lost_between_booking_and_relay_is_found(
    workers: list[Worker], working: dict[str, Services], shop: Shop, services: Services, post_office: PostOffice
) -> None:
    await shop.anna.enroll("otto@example.com")
    await until_it_rings(services)
    await services.redis.flushall()
    await run(workers)
    assert post_office.mails == []
    assert any(job.name == "cron:relay_outbox" and job.second == set(range(0, 60, 5)) for job in SCHEDULE)
    await relay_and_send(working)
    assert [mail["To"] for mail in post_office.mails] == ["otto@example.com"]
    await relay_and_send(working)
    assert len(post_office.mails) == 1


def test_a_rewards_period_is_announced_when_it_begins_wherever_the_merchant_is() -> None:
    (minutes,) = [job.minute for job in SCHEDULE if job.name == "cron:announce_reward_periods"]
    assert isinstance(minutes, set)
    for zone in zoneinfo.available_timezones():
        for month in (1, 7):
            midnight = datetime(2030, month, 1, tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(UTC)
            assert midnight.minute in minutes, zone


async def test_a_duplicate_gets_its_link_at_its_own_address_only(
    working: dict[str, Services],
    shop: Shop,
    anonymous: AnonymousCaller,
    post_office: PostOffice,
    superuser: asyncpg.Connection,
) -> None:
    card = await shop.anna.enroll("otto@example.com", language="fr")
    await relay_and_send(working)
    await anonymous.reading("en").join(shop.hub, "OTTO@example.com", first_name="Mallory")
    await relay_and_send(working)
    welcome, link = post_office.mails
    assert (welcome["To"], link["To"]) == ("otto@example.com", "otto@example.com")
    assert card["page_url"] in text_of(link).replace("=\n", "")
    assert "Mallory" not in text_of(link)
    assert [row["language"] for row in await superuser.fetch(MAILS)] == ["fr", "fr"]


async def test_a_mail_server_that_is_down_delays_the_mail_and_nothing_else(
    working: dict[str, Services], shop: Shop, post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    post_office.is_open = False
    card = await shop.anna.enroll("otto@example.com")
    await relay_and_send(working)
    assert await superuser.fetchval("SELECT count(*) FROM outbox") == 0
    assert (await shop.anna.earn(card, cents=100))["points_earned"] == 1
    post_office.is_open = True
    clock.move(timedelta(seconds=61))
    await relay_and_send(working)
    assert [tuple(row)[3] for row in await superuser.fetch(MAILS)] == ["sent"]


async def test_a_card_erased_meanwhile_gets_no_mail(
    working: dict[str, Services], shop: Shop, post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    await shop.erase(await shop.anna.enroll("otto@example.com"))
    await relay_and_send(working)
    assert post_office.mails == []
    assert await superuser.fetchval("SELECT count(*) FROM outbox") == 0


@pytest.mark.slow
async def test_more_enrollments_than_are_taken_at_a_time_are_relayed_in_one_go(
    working: dict[str, Services],
    shop: Shop,
    post_office: PostOffice,
    superuser: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (events, outbox):
        monkeypatch.setattr(module, "BATCH", 5)
    for _ in range(12):
        await shop.a_card()
    await relay_and_send(working)
    assert await superuser.fetchval("SELECT count(*) FROM outbox") == 0
    await relay_and_send(working)
    assert len(post_office.mails) == 12


async def test_what_has_served_its_time_is_thrown_away(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    card = await shop.a_card()
    await anonymous.sign_in(ANNA.email, PASSWORD)
    await shop.anna.earn(card, cents=100, key="old")
    clock.move(timedelta(days=PrivacySettings().stored_answers_days) + timedelta(days=1))
    await shop.anna.earn(card, cents=100, key="new")
    await purge(working)
    kept = await superuser.fetch("SELECT key FROM stored_answers WHERE merchant_id = $1", shop.merchant_id)
    assert [row["key"] for row in kept] == ["new"]
    assert await superuser.fetchval("SELECT count(*) FROM access_tokens WHERE expires_at < $1", clock.now()) == 0


async def test_the_email_log_is_kept_for_as_long_as_the_setting_says(
    working: dict[str, Services], shop: Shop, superuser: asyncpg.Connection
) -> None:
    kept = timedelta(days=working["services"].live.current.privacy.email_log_days)
    await shop.anna.enroll("otto@example.com")
    await relay_and_send(working)
    await superuser.execute(
        """INSERT INTO platform_mails (id, occasion, template_code, kind, language, recipient, subject, body_text,
                                       headers, status, attempts, available_at, history, created_at)
           SELECT id, 'once', template_code, kind, language, recipient, subject, body_text, headers, status, attempts,
                  available_at, history, created_at FROM email_logs"""
    )
    counts = "SELECT (SELECT count(*) FROM email_logs), (SELECT count(*) FROM platform_mails)"
    clock.move(kept - timedelta(minutes=1))
    await purge(working)
    assert tuple(await superuser.fetchrow(counts)) == (1, 1)
    clock.move(timedelta(minutes=2))
    await purge(working)
    assert tuple(await superuser.fetchrow(counts)) == (0, 0)


async def test_a_long_backlog_goes_in_pieces_and_one_merchants_trouble_is_not_the_others(
    working: dict[str, Services],
    shop: Shop,
    opened: OpenShop,
    superuser: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = await opened()
    for place in (shop, other):
        card = await place.a_card()
        for _ in range(5):
            await place.anna.earn(card, cents=100)
    clock.move(timedelta(days=PrivacySettings().stored_answers_days) + timedelta(days=1))

    async def troubled(session: AsyncSession, merchant_id: UUID, now: datetime) -> None:
        if merchant_id == min(shop.merchant_id, other.merchant_id):
            raise RuntimeError
        await purge_erased_passes(session, merchant_id, now)

    monkeypatch.setattr(purge_job, "CHUNK", 2)
    monkeypatch.setattr(purge_job, "purge_erased_passes", troubled)
    await purge(working)
    left = "SELECT count(*) FROM stored_answers WHERE merchant_id = ANY($1)"
    assert await superuser.fetchval(left, [shop.merchant_id, other.merchant_id]) == 0
    (run,) = await superuser.fetch("SELECT counts::text, failures::text, error FROM task_runs WHERE name = 'purge'")
    assert str(min(shop.merchant_id, other.merchant_id)) in run["failures"]
    assert run["error"] is None


async def test_the_pass_of_an_erased_card_and_the_phone_that_had_it_are_forgotten(
    working: dict[str, Services], shop: Shop, superuser: asyncpg.Connection
) -> None:
    erased, kept = await shop.a_card(), await shop.a_card()
    for card in (erased, kept):
        await put_on_a_phone(working["services"], shop.merchant_id, UUID(card["id"]))
    await shop.erase(erased)
    clock.move(ERASED_KEPT + timedelta(days=1))
    await purge(working)
    assert [row["card_id"] for row in await superuser.fetch("SELECT card_id FROM apple_passes")] == [UUID(kept["id"])]
    left = await superuser.fetch("SELECT library_id FROM apple_devices")
    assert [row["library_id"] for row in left] == [kept["id"]]
    await superuser.execute("DELETE FROM apple_passes; DELETE FROM apple_devices")


async def put_on_a_phone(services: Services, merchant_id: UUID, card_id: UUID) -> None:
    now, serial, device_id = clock.now(), uuid4(), uuid4()
    async with services.sessions.committing(merchant_id) as session:
        await open_link(session, (merchant_id, card_id, "apple"), str(serial), now)
        mine = {"merchant_id": merchant_id, "card_id": card_id, "last_modified": now, "created_at": now}
        session.add(ApplePass(serial=serial, auth_token="", **mine))
        session.add(AppleDevice(id=device_id, library_id=str(card_id), push_token="ab", token_updated_at=now))
        await session.flush()
        session.add(AppleRegistration(device_id=device_id, serial=serial, created_at=now))


async def test_a_booking_during_a_relay_is_relayed_by_the_same_run(
    working: dict[str, Services],
    shop: Shop,
    services: Services,
    superuser: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its wake-up ends at once, and the run that is under way looks again before it ends."""
    wake_up, looked = runner.coalesced(relay_outbox), []

    async def relay_with_a_late_booking(*asked: Any, **told: Any) -> int:
        looked.append(await relay(*asked, **told))
        if len(looked) == 1:
            await shop.anna.earn(await shop.a_card(), cents=100)
            await until_it_rings(services)
            await wake_up(working)
        return looked[-1]

    monkeypatch.setattr(outbox, "relay", relay_with_a_late_booking)
    await wake_up(working)
    assert len(looked) == 2
    assert await superuser.fetchval("SELECT count(*) FROM outbox") == 0


async def test_while_tills_book_all_the_time_a_run_ends_before_it_is_cut(
    working: dict[str, Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each booking wakes the job during its run."""
    monkeypatch.setattr(outbox, "RUN_SECONDS", 0.01)
    runs: list[float] = []

    async def relay_and_hear_of_more(*_: Any, until: float) -> int:
        runs.append(until)
        await asyncio.sleep(0.02)
        return 0 if time.monotonic() >= until else events.BATCH

    monkeypatch.setattr(outbox, "relay", relay_and_hear_of_more)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await relay_outbox(working)
    assert len(runs) == 1
    seconds = {job.name: job.timeout_s or 0 for queue in QUEUES for job in queue.functions}
    assert seconds[RELAY] > outbox.REPEAT_SECONDS + RUN_SECONDS


async def test_a_run_that_broke_down_does_not_refuse_the_next_wake_up() -> None:
    tries = 0

    async def break_down(context: Json) -> None:
        nonlocal tries
        tries += 1
        raise RuntimeError

    wake_up = runner.coalesced(break_down)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            await wake_up({})
    assert tries == 2


async def test_a_job_that_fails_is_told_once(log_lines: LogLines, services: Services) -> None:
    """By us: the library would add the statement, and a traceback for every job of an outage."""

    async def break_down(context: Json) -> None:
        raise RuntimeError("broken")

    await runner.logged(break_down)({"services": services, "job_id": "7"})
    (line,) = log_lines()
    assert (line["event"], line["job"], line["job_id"]) == ("job_failed", "break_down", "7")


@pytest.mark.parametrize(
    ("error", "server"),
    [
        (RuntimeError(), None),
        (OSError(errno.ENOSPC, "No space left on device"), None),
        (PermissionError(), None),
        (DatabaseUnreachable("FileNotFoundError"), "PostgreSQL"),
        (RedisConnectionError(), "Redis"),
    ],
)
def test_a_server_that_is_away_is_named_and_has_no_traceback(
    log_lines: LogLines, error: Exception, server: str | None
) -> None:
    """Otherwise every job of every five seconds fills the log until the server is back; a full disk needs its place."""
    runner.tell_failure("job_failed", error)
    (line,) = log_lines()
    assert line.get("server_away") == server
    assert bool(line.get("exc_info") or line.get("exception")) == (server is None)


async def test_a_worker_opens_its_services_once_and_closes_them(settings: Settings) -> None:
    async with runner.open_context(settings) as context:
        assert await context["services"].pool.fetchval("SELECT 1") == 1
    with pytest.raises(asyncpg.InterfaceError):
        await context["services"].pool.fetchval("SELECT 1")


async def test_a_worker_shows_its_metrics(settings: Settings) -> None:
    port = own_port()
    async with runner.open_context(replace(settings, worker_metrics_port=port)), httpx.AsyncClient() as http:
        text = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
        assert "orion_wallet_sync_lag_seconds" in text
    assert is_free("127.0.0.1", port)


async def test_jobs_leave_nothing_about_people_in_redis(workers: list[Worker], shop: Shop, services: Services) -> None:
    await shop.anna.enroll("canary@example.com", first_name="Canary")
    await until_it_rings(services)
    await run(workers)
    assert "anary" not in await contents(services.redis)


async def contents(redis: Redis) -> str:
    return " ".join([(await redis.dump(key)).decode("latin-1") for key in await redis.keys("*")])


async def test_one_address_that_is_none_stops_no_other_mail(
    working: dict[str, Services], shop: Shop, post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    await shop.anna.enroll("otto@example.com")
    await shop.anna.enroll("karl@example.com")
    await relay_outbox(working)
    await superuser.execute("UPDATE email_logs SET recipient = 'a@x..lu' WHERE recipient = 'otto@example.com'")
    for _ in range(4):
        await send_queued_mails(working)
        clock.move(timedelta(seconds=91))
    assert [mail["To"] for mail in post_office.mails] == ["karl@example.com"]
    ended = {row["recipient"]: row["status"] for row in await superuser.fetch(MAILS)}
    assert ended == {"a@x..lu": "failed", "karl@example.com": "sent"}


async def test_what_runs_every_few_seconds_visits_only_merchants_for_whom_something_is_due(
    working: dict[str, Services], shop: Shop, opened: OpenShop, services: Services
) -> None:
    idle, now = await opened(), clock.now()
    await shop.anna.enroll("otto@example.com")
    await relay_outbox(working)
    await Office.of(shop.claire).try_terms()
    for work in ("mails", "previews"):
        due = await list_merchants_with(work, services.pool, now + timedelta(minutes=1))
        assert (shop.merchant_id in due, idle.merchant_id in due) == (True, False)
    await send_queued_mails(working)
    assert shop.merchant_id not in await list_merchants_with("mails", services.pool, clock.now())


async def test_many_mails_of_one_merchant_do_not_keep_anothers_waiting(
    working: dict[str, Services], shop: Shop, opened: OpenShop, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "CHUNK", 2)
    other = await opened()
    first, last = sorted((shop, other), key=lambda each: each.merchant_id)
    for n in range(2 * mail.CHUNK + 1):
        await first.anna.enroll(f"many{n}@example.com")
    await last.anna.enroll("otto@example.com")
    await relay_and_send(working)
    recipients = [sent["To"] for sent in post_office.mails]
    assert len(recipients) == 2 * mail.CHUNK + 2
    assert recipients.index("otto@example.com") <= mail.CHUNK


async def test_a_merchant_whose_mails_cannot_be_sent_delays_no_other(
    working: dict[str, Services],
    shop: Shop,
    post_office: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
    log_lines: LogLines,
) -> None:
    async def break_down_first(services: Services, merchant_id: UUID | None) -> Any:
        if merchant_id != shop.merchant_id:
            raise RuntimeError("broken")
        return await claim(services, merchant_id)

    claim = mail._claim
    monkeypatch.setattr(mail, "_claim", break_down_first)
    await shop.anna.enroll("otto@example.com")
    await relay_and_send(working)
    assert [sent["To"] for sent in post_office.mails] == ["otto@example.com"]
    assert {line["error"] for line in log_lines() if line["event"] == "mails_failed"} == {"RuntimeError"}
