"""Describes the machine and measures the processor time of processes."""

import os
import platform
import subprocess
from pathlib import Path

import msgspec

from backend.dev.servers.identity import program

TICK = 1 / os.sysconf("SC_CLK_TCK")


class Machine(msgspec.Struct, frozen=True):
    cores: int
    cpu: str
    memory_gib: float
    python: str
    postgresql: str
    load_before: float
    """The load average of the minute before the start, caused by other processes."""


def load_now() -> float:
    return round(os.getloadavg()[0], 1)


def describe(postgresql: str, load_before: float) -> Machine:
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        cpu=_cpu(),
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        python=platform.python_version(),
        postgresql=postgresql,
        load_before=load_before,
    )


def postgresql_version() -> str:
    """The version of the embedded server, such as 18.6."""
    output = subprocess.run([program("postgres"), "--version"], capture_output=True, text=True, check=True)
    return output.stdout.split()[-1]


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def cpu_seconds(*pids: int) -> float:
    """Of these processes and all their children, including those that have ended."""
    parents = _parents()
    return sum(_ticks(pid) for root in pids for pid in _family(root, parents)) * TICK


def _parents() -> dict[int, int]:
    parent_of: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields:
                parent_of[int(entry.name)] = int(fields[1])
    return parent_of


def _family(root: int, parents: dict[int, int]) -> list[int]:
    children = [pid for pid, parent in parents.items() if parent == root]
    return [root, *(pid for child in children for pid in _family(child, parents))]


def _ticks(pid: int) -> int:
    fields = _stat(pid)
    return sum(int(field) for field in fields[11:15]) if fields else 0


def _stat(pid: int) -> list[str]:
    """The fields from the state on; empty when the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
