"""The database, the clocks, the disk."""

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from backend.core.clock import clock
from backend.core.connectivity import StartRefused
from backend.core.migrations import head
from backend.core.sentence import say
from backend.core.startup import FACTS, VERSION, check_facts
from backend.operations.readiness.platform.processes import read_processes
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.schemas import RowState
from backend.operations.readiness.verdicts import RowVerdict
from i18n.translator import N_

OFFSET_MAX_MS, OFFSET_REFUSED_MS = 2_000, 30_000
"""Beyond the second, codes of authenticators and signed requests of tablets are refused."""
FREE_LOW_BYTES, FREE_OUT_BYTES = 2 * 10**9, 5 * 10**8
SIZE = "SELECT pg_database_size(current_database())"
OFFSET_MS = "SELECT (1000 * extract(epoch FROM $1::timestamptz - clock_timestamp()))::bigint"

AT_HEAD = N_("The database is at the revision that this version of Orion expects.")
NOT_AT_HEAD = N_("The database is at %(version)s, this version of Orion expects %(expected)s.")
MIGRATE = N_("Bring the database up to date. Until then no process of this version starts.")
GUARDED = N_("Row-level security is forced on every table of the merchants, and Orion’s role owns nothing.")
UNGUARDED = N_("The database does not protect the data as Orion requires; a process that starts now refuses it.")
CORRECT_ROLE = N_("Correct what the detail says before the next restart.")
CLOCKS_AGREE = N_("The clocks of Orion and PostgreSQL agree within %(ms)s ms.")
CLOCK_DIFFERS = N_("The clock of %(host)s and that of PostgreSQL differ by: %(age)s.")
SET_CLOCK = N_("Synchronize the clocks of both machines with a time server, for example with chrony.")
DISK = N_("Free space where Orion keeps its files: %(size)s. Size of the database: %(used)s.")
MAKE_SPACE = N_("Make space, or enlarge the disk. PostgreSQL stops when its disk is full.")


async def look_at_migrations(probe: Probe) -> RowVerdict:
    version, expected = await probe.pool.fetchval(VERSION), head()
    if version == expected:
        return RowVerdict("ok", say(AT_HEAD), details=[expected])
    evidence = say(NOT_AT_HEAD, version=version, expected=expected)
    return RowVerdict("blocks", evidence, step=say(MIGRATE), command="orion migrate up")


async def look_at_role(probe: Probe) -> RowVerdict:
    facts = await probe.pool.fetchrow(FACTS)
    try:
        check_facts(facts, is_production=probe.settings.is_production)
    except StartRefused as refused:
        return RowVerdict("blocks", say(UNGUARDED), details=[str(refused)], step=say(CORRECT_ROLE))
    return RowVerdict("ok", say(GUARDED))


async def look_at_clocks(probe: Probe) -> RowVerdict:
    """This machine’s clock, and as each process has last measured its own."""
    processes = await probe.once(read_processes)
    here = await probe.pool.fetchval(OFFSET_MS, clock.now())
    return judge_clocks({each.host: each.clock_offset_ms for each in processes} | {"Orion": here})


def judge_clocks(offsets_ms: Mapping[str, int]) -> RowVerdict:
    """By host."""
    host, offset = max(offsets_ms.items(), key=lambda each: abs(each[1]))
    if abs(offset) <= OFFSET_MAX_MS:
        return RowVerdict("ok", say(CLOCKS_AGREE, ms=abs(offset)))
    state: RowState = "blocks" if abs(offset) > OFFSET_REFUSED_MS else "warning"
    evidence = say(CLOCK_DIFFERS, host=host, age=abs(offset) // 1000)
    return RowVerdict(
        state, evidence, details=[f"{name}: {ms} ms" for name, ms in offsets_ms.items()], step=say(SET_CLOCK)
    )


class DiskUse(NamedTuple):
    free_bytes: int
    database_bytes: int


async def look_at_disk(probe: Probe) -> RowVerdict:
    used = await probe.pool.fetchval(SIZE)
    free = await asyncio.to_thread(_free_bytes, probe.settings.data_dir)
    return judge_disk(DiskUse(free, used))


def judge_disk(disk: DiskUse) -> RowVerdict:
    evidence = say(DISK, size=disk.free_bytes, used=disk.database_bytes)
    if disk.free_bytes >= FREE_LOW_BYTES:
        return RowVerdict("ok", evidence)
    return RowVerdict("blocks" if disk.free_bytes < FREE_OUT_BYTES else "warning", evidence, step=say(MAKE_SPACE))


def _free_bytes(folder: Path) -> int:
    """Of the folder, or of the first one above it that exists."""
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    return shutil.disk_usage(there).free
