"""Servers that a crashed launcher has left behind."""

import contextlib
import os
import signal
import time
from pathlib import Path

PATIENCE_SECONDS = 15


def pids_in(path: Path) -> list[int]:
    """The process id on a file's first line, if there is one."""
    try:
        first = path.read_text(encoding="ascii").partition("\n")[0]
    except FileNotFoundError:
        return []
    return [int(first)] if first.isdigit() else []


def end_leftover(pid: int, stop_signal: signal.Signals, *, its_folder: Path) -> None:
    """Ends the server that a crashed launcher left on the folder; leaves a stranger who got the same number alone."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    asked = False
    while os.fsencode(its_folder) in command_line(pid):
        with contextlib.suppress(ProcessLookupError):
            if not asked:
                os.kill(pid, stop_signal)
                asked = True
            elif time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def command_line(pid: int) -> bytes:
    """Its program and arguments; empty when the process has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
