"""The runbook about backups is true: a lost database comes back, and so do data that somebody has destroyed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic, time

import pytest
from prometheus_client import Gauge

from backend.core.clock import clock
from backend.core.migrations import upgrade
from backend.dev.seed import seed
from backend.operations.monitoring.gauges import measure
from backend.operations.monitoring.metrics import BACKUP_SUCCEEDED, RESTORE_REHEARSED
from backend.services import open_services
from tests.conftest import Servers, client, running_api
from tests.runbooks.machine import Machine, a_machine
from tests.world.memory import quick_folder

pytestmark = pytest.mark.slow

SECONDS_MAX = 60
"""For a database of some megabytes."""


@pytest.fixture
async def machine(servers: Servers, tmp_path: Path) -> AsyncIterator[Machine]:
    with quick_folder(tmp_path) as folder, a_machine(folder, servers.settings()) as machine:
        machine.postgres.start()
        async with machine.database() as database:
            await database.execute("CREATE ROLE orion_backup LOGIN REPLICATION")
        await asyncio.to_thread(upgrade, machine.settings.migration_url)
        async with open_services(machine.settings) as services:
            await seed(services)
        machine.receive()
        yield machine


async def someone_joins(machine: Machine, email: str) -> None:
    form = {"email": email, "first_name": "Lea", "accept_terms": True}
    async with running_api(machine.settings) as app, client(app) as http:
        (await http.post("/api/v1/storefront/loyalty/FASHIONHUB/enroll", json=form)).raise_for_status()


async def read(metric: Gauge, machine: Machine) -> float:
    async with open_services(machine.settings) as services:
        await measure(services.pool, services.sessions, clock.now())
    return float(next(iter(metric.collect())).samples[0].value)


async def test_a_lost_database_comes_back_to_its_last_moment_or_to_one_before(machine: Machine) -> None:
    assert "is there and verified" in (await machine.follow("Take one now"))[0]
    assert await read(BACKUP_SUCCEEDED, machine) == pytest.approx(time(), abs=SECONDS_MAX)
    await someone_joins(machine, "lea@example.com")
    _, listed = await machine.follow("Take one now")
    assert "since " in listed.splitlines()[1]
    await someone_joins(machine, "marc@example.com")
    (rehearsed,) = await machine.follow("Try whether they can be restored")
    assert "every table and index is whole" in rehearsed
    assert await read(RESTORE_REHEARSED, machine) == pytest.approx(time(), abs=SECONDS_MAX)
    await the_database_is_lost(machine)
    await somebody_destroys_data(machine)
    only_what_shall_be_kept_is_kept(machine)


async def the_database_is_lost(machine: Machine) -> None:
    wanted = await machine.counts()
    await machine.until_received()
    machine.lose_the_database()
    began = monotonic()
    said = await machine.follow("The database is lost")
    assert monotonic() - began < SECONDS_MAX
    assert f"{wanted[1]} transactions" in said[1]
    assert await machine.counts() == wanted


async def somebody_destroys_data(machine: Machine) -> None:
    """After a restore: what was received before it is no longer asked."""
    machine.backup("take")
    await someone_joins(machine, "zoe@example.com")
    wanted, moment = await machine.counts(), await machine.moment()
    async with machine.database() as database:
        await database.execute("UPDATE cards SET points_balance = 0")
    assert await machine.counts() != wanted
    await machine.until_received()
    await machine.follow("Somebody has destroyed data", TIME=moment)
    assert await machine.counts() == wanted
    assert len(list(machine.backups.glob("*/base/*.from"))) == 3, "those before the restore are kept"


def only_what_shall_be_kept_is_kept(machine: Machine) -> None:
    machine.environment |= {"ORION_BACKUPS_KEEP": "1", "ORION_BACKUPS_CHAIN": "1"}
    machine.backup("take")
    machine.backup("take")
    assert len(machine.backup("list").splitlines()) == 1
