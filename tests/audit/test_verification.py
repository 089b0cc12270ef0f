"""Every night, and when an operator asks."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner, Result
from prometheus_client import REGISTRY

from backend.audit.chains import PLATFORM, verify
from backend.cli import orion as cli
from backend.core.clock import clock
from backend.operations.audit import tasks
from backend.operations.monitoring.gauges import measure
from tests.audit.entries import chain_of, change, tamper
from tests.conftest import LogLines, OwnTown, Town
from workers.jobs import audit as jobs
from workers.schedule import SCHEDULE

Orion = Callable[..., Awaitable[Result]]


@pytest.fixture
async def town(own_town: OwnTown) -> Any:
    async with own_town() as town:
        yield town


@pytest.fixture
def orion(town: Town) -> Orion:
    environment = {
        "ORION_ENVIRONMENT": "test",
        "ORION_DATABASE_URL": town.settings.database_url,
        "ORION_REDIS_URL": town.settings.redis_url,
        "ORION_SECRET_KEYS": town.settings.secret_keys,
    }

    async def run(*arguments: str) -> Result:
        runner = CliRunner(env=environment)
        return await asyncio.to_thread(runner.invoke, cli.orion, arguments)

    return run


async def test_an_operator_verifies_all_chains_or_one(town: Town, orion: Orion) -> None:
    shop = await town.open_shop()
    await change(town.services, chain_of(shop), PLATFORM, times=2)
    code = await town.superuser.fetchval("SELECT code FROM merchants WHERE id = $1", shop.merchant_id)
    result = await orion("audit", "verify")
    assert result.exit_code == 0, result.output
    assert f"{code}: 2 entries, intact" in result.output
    reports = json.loads((await orion("audit", "verify", "--merchant", code.upper(), "--json")).stdout)
    assert [(report["chain"], report["entries"], report["fault"]) for report in reports] == [(code, 2, None)]
    head = f"2:{reports[0]['head']}"
    assert (await orion("audit", "verify", "--merchant", code, "--head", head)).exit_code == 0
    await tamper(town.superuser, "UPDATE audit_entries SET action = 'x' WHERE merchant_id = $1", shop.merchant_id)
    result = await orion("audit", "verify")
    assert result.exit_code == 1
    assert f"{code}: entry 1 is not what was recorded" in result.output


@pytest.mark.parametrize(
    "arguments",
    [("--merchant", "nobody"), ("--head", "1:" + "0" * 64), ("--merchant", "platform", "--head", "1:abc")],
)
async def test_a_wrong_question_gets_no_verdict(orion: Orion, arguments: tuple[str, ...]) -> None:
    assert (await orion("audit", "verify", *arguments)).exit_code in {1, 2}


async def test_the_nightly_task_keeps_each_outcome_and_logs_each_head(town: Town, log_lines: LogLines) -> None:
    assert "cron:verify_audit" in {job.name for job in SCHEDULE}
    broken, intact = await town.open_shop(), await town.open_shop()
    for shop in (broken, intact):
        await change(town.services, chain_of(shop), times=3)
    await jobs.verify_audit({"services": town.services})
    head = (await verify(town.services.pool, chain_of(intact))).head
    assert {"audit_chain_intact", head} <= {value for line in log_lines() for value in map(str, line.values())}
    await measure(town.services.pool, town.services.sessions, clock.now())
    assert REGISTRY.get_sample_value("orion_audit_chains_broken") == 0
    await change(town.services, chain_of(broken))
    await tamper(town.superuser, "DELETE FROM audit_entries WHERE merchant_id = $1 AND seq = 4", broken.merchant_id)
    run = await tasks.verify_audit(town.services.pool, town.services.sessions)
    assert (run.counts["broken"], list(run.failures)) == (1, [str(broken.merchant_id)])
    await measure(town.services.pool, town.services.sessions, clock.now())
    assert REGISTRY.get_sample_value("orion_audit_chains_broken") == 1
    assert await kept(town.superuser, broken.merchant_id) == ("cut_off", 4, 3)
    assert await kept(town.superuser, intact.merchant_id) == (None, None, 3)


async def test_what_the_last_night_has_seen_cannot_vanish_with_the_head(town: Town) -> None:
    shop = await town.open_shop()
    await change(town.services, chain_of(shop), times=3)
    await jobs.verify_audit({"services": town.services})
    await tamper(town.superuser, "DELETE FROM audit_entries WHERE merchant_id = $1", shop.merchant_id)
    await tamper(
        town.superuser, "UPDATE audit_heads SET seq = 0, digest = NULL WHERE merchant_id = $1", shop.merchant_id
    )
    report = await verify(town.services.pool, chain_of(shop))
    assert (report.fault, report.faulty_seq) == ("cut_off", 1)


async def kept(superuser: asyncpg.Connection, merchant_id: object) -> tuple[Any, ...]:
    outcome = "SELECT fault, faulty_seq, checked_seq FROM audit_heads WHERE merchant_id = $1"
    return tuple(await superuser.fetchrow(outcome, merchant_id))
