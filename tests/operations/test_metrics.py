"""What Prometheus reads: from PostgreSQL, so that it is the same after a restart, and about nobody."""

import re
from datetime import datetime, timedelta

import asyncpg
import pytest
from prometheus_client import REGISTRY

from backend.core.clock import clock
from backend.core.isolation import note_violation
from backend.messaging.actions import queue_mail
from backend.messaging.templates.catalog.loyalty_card_link import LOYALTY_CARD_LINK
from backend.messaging.templates.render import SAMPLE_BRAND, SAMPLE_PLATFORM
from backend.operations.task_runs.actions import Progress, TaskFailed, run_now
from backend.services import Services
from tests.conftest import OwnTown
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

A_PROCESS = "INSERT INTO process_heartbeats VALUES (gen_random_uuid(), $1, 'b', 7, '0', 0, $2, $2)"
VIOLATIONS = "orion_tenant_isolation_violations_total"


async def test_metrics_count_requests_by_route_and_name_nobody(shop: Shop, anonymous: AnonymousCaller) -> None:
    card = await shop.a_card(email="canary@example.com")
    await shop.anna.earn(card, cents=100)
    text = (await anonymous.send("GET", "/metrics")).text
    assert 'orion_ledger_postings_total{kind="earned",result="booked"}' in text
    assert 'route="/api/v1/store/loyalty/cards/{card_id}/points"' in text
    assert "orion_outbox_pending" in text
    for secret in (card["id"], "canary", shop.code, shop.hub):
        assert secret not in text


async def test_the_outbox_is_measured(shop: Shop, anonymous: AnonymousCaller) -> None:
    await shop.a_card()
    text = (await anonymous.send("GET", "/metrics")).text
    pending = re.search(r"^orion_outbox_pending (\S+)$", text, re.MULTILINE)
    assert pending
    assert float(pending[1]) >= 1


async def test_waiting_emails_are_counted_over_all_merchants(
    shop: Shop, services: Services, anonymous: AnonymousCaller
) -> None:
    async def waiting() -> float:
        text = (await anonymous.send("GET", "/metrics")).text
        return float(text.split("\norion_emails_waiting ")[1].split("\n")[0])

    before = await waiting()
    async with services.sessions.committing(shop.merchant_id) as session:
        await queue_mail(
            session, shop.merchant_id, LOYALTY_CARD_LINK, LOYALTY_CARD_LINK.samples_in("en")["new"],
            recipient="otto@example.com", language="en", now=clock.now(), brand=SAMPLE_BRAND,
            platform_name=SAMPLE_PLATFORM,
        )  # fmt: skip
    assert await waiting() == before + 1
    assert "otto" not in (await anonymous.send("GET", "/metrics")).text


async def test_without_its_database_a_backend_still_says_how_it_does(own_town: OwnTown) -> None:
    async with own_town() as town:
        assert "\norion_ready 1.0\n" in (await town.anonymous.send("GET", "/metrics")).text
        await town.superuser.execute("UPDATE alembic_version SET version_num = 'older'")
        answer = await town.anonymous.send("GET", "/metrics")
        assert answer.status_code == 200
        assert "\norion_ready 0.0\n" in answer.text


async def test_the_last_run_of_a_task_is_measured_and_that_of_one_merchant_is_not(
    own_town: OwnTown,
) -> None:
    async with own_town() as town:
        sessions, shop = town.services.sessions, await town.open_shop()

        async def half_of_it(progress: Progress) -> None:
            progress.done = 4
            progress.fail("a", "poison")
            progress.fail("b", "poison")

        async def nothing(_: Progress) -> None:
            raise TaskFailed("no account")

        good = await run_now(sessions, "expire_points", half_of_it)
        await run_now(sessions, "expire_points", nothing)
        await run_now(sessions, "expire_points", half_of_it, merchant_id=shop.merchant_id)
        assert good.finished_at is not None
        text = (await town.anonymous.send("GET", "/metrics")).text
        assert value(text, 'orion_task_last_success_timestamp_seconds{task="expire_points"}') == pytest.approx(
            good.finished_at.timestamp()
        )
        assert value(text, 'orion_task_failed_cards{task="expire_points"}') == 2, (
            "a run that ended early did not do them"
        )
        await run_now(sessions, "expire_points", half_of_it)
        text = (await town.anonymous.send("GET", "/metrics")).text
        assert value(text, 'orion_task_failed_cards{task="expire_points"}') == 2
        assert value(text, 'orion_task_failed_ratio{task="expire_points"}') == 0.5


async def test_workers_are_counted_that_have_given_a_sign_of_life_of_late(own_town: OwnTown) -> None:
    async with own_town() as town:
        for kind, heard in (("worker", seconds_ago(30)), ("worker", seconds_ago(60)), ("backend", seconds_ago(0))):
            await town.superuser.execute(A_PROCESS, kind, heard)
        text = (await town.anonymous.send("GET", "/metrics")).text
        assert value(text, "orion_workers_running") == 1, "one is silent, and a backend is no worker"


async def test_what_the_database_refuses_is_counted_as_a_violation_and_other_faults_are_not(
    shop: Shop, services: Services
) -> None:
    before = REGISTRY.get_sample_value(VIOLATIONS) or 0
    note_violation(ValueError("another fault"))
    assert REGISTRY.get_sample_value(VIOLATIONS) == before
    with pytest.raises(asyncpg.InsufficientPrivilegeError) as refused:
        await services.pool.execute("DELETE FROM audit_entries")
    note_violation(refused.value)
    assert REGISTRY.get_sample_value(VIOLATIONS) == before + 1


def seconds_ago(seconds: int) -> datetime:
    return clock.now() - timedelta(seconds=seconds)


def value(text: str, name: str) -> float:
    (line,) = [line for line in text.splitlines() if line.startswith(f"{name} ")]
    return float(line.split()[-1])
