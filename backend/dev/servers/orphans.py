"""Orphaned servers of a crashed launcher."""

import contextlib
import os
import signal
import time
from pathlib import Path

PATIENCE_SECONDS = 15


def pids_in(path: Path) -> list[int]:
    """The process id on the file's first line; empty when there is none."""
    try:
        first = path.read_text(encoding="ascii").partition("\n")[0]
    except FileNotFoundError:
        return []
    return [int(first)] if first.isdigit() else []


def stop_orphan(pid: int, stop_signal: signal.Signals, *, its_folder: Path) -> None:
    """Stops the server on the folder, by SIGKILL after 15 s.

    A process whose command line does not contain the folder is another one and left alone.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    is_signaled = False
    while os.fsencode(its_folder) in command_line(pid):
        with contextlib.suppress(ProcessLookupError):
            if not is_signaled:
                os.kill(pid, stop_signal)
                is_signaled = True
            elif time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def command_line(pid: int) -> bytes:
    """Program and arguments of the process; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
