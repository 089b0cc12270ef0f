"""Backends and workers, by their signs of life in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from backend.core.sentence import Sentence, say
from backend.operations.heartbeats.models import ProcessHeartbeat
from backend.operations.heartbeats.queries import is_silent, list_processes
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from i18n.translator import N_, NN_

RUNNING = NN_("%(count)s process runs.", "%(count)s processes run.")
NONE = {
    "worker": N_("No worker runs: emails, passes and webhooks wait, and nothing happens on schedule."),
    "backend": N_("No backend runs: neither pages nor tills work."),
}
START = N_(
    "Start it, and read the end of its log: %(compose)s with Compose, %(systemd)s with systemd, %(by_hand)s otherwise."
)
KILLED = NN_("%(count)s process has ended without a word.", "%(count)s processes have ended without a word.")
READ_LOG = N_("Read the end of its log. The others do its work; after a day it is forgotten.")
MIXED = N_("Processes of different versions run.")
FINISH = N_("Finish the upgrade: restart those of the older version.")


async def read_processes(probe: Probe) -> list[ProcessHeartbeat]:
    async with probe.sessions.committing() as session:
        return await list_processes(session)


async def look_at_workers(probe: Probe) -> RowVerdict:
    return judge_processes("worker", await probe.once(read_processes), probe.now)


async def look_at_backends(probe: Probe) -> RowVerdict:
    return judge_processes("backend", await probe.once(read_processes), probe.now)


def judge_processes(kind: str, processes: Sequence[ProcessHeartbeat], now: datetime) -> RowVerdict:
    own = [each for each in processes if each.kind == kind]
    silent = [each for each in own if is_silent(each, now)]
    alive = [each for each in own if each not in silent]
    heard_at = max((each.heard_at for each in own), default=None)
    details = [process_line(each) for each in (*alive, *silent)]
    if not alive:
        return RowVerdict("blocks", say(NONE[kind]), heard_at, details, _start(kind))
    if silent:
        return RowVerdict("warning", say(KILLED, count=len(silent)), silent[0].heard_at, details, say(READ_LOG))
    if len({each.version for each in processes if not is_silent(each, now)}) > 1:
        return RowVerdict("warning", say(MIXED), heard_at, details, say(FINISH))
    return RowVerdict("ok", say(RUNNING, count=len(alive)), heard_at, details)


def _start(kind: str) -> Sentence:
    """A process does not know what starts it."""
    return say(
        START,
        compose=f"docker compose up --detach {kind}",
        systemd=f"systemctl start orion-{kind}",
        by_hand=f"orion {kind}",
    )


def process_line(process: ProcessHeartbeat) -> str:
    """Host and process id as in the log, version, and when it started and was last heard, in UTC."""
    since, heard = (f"{at:%m-%d %H:%M:%S}" for at in (process.started_at, process.heard_at))
    return f"{process.host}, pid {process.pid}, {process.version}: {since} – {heard} UTC"
