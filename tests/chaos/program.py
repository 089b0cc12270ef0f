"""A process of Orion under a supervisor that starts it again whenever it ends, as systemd and containers do."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.forks import Fork


@dataclass
class Program:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    forks: str
    log: Path
    waiting: Executor
    """Has a thread for each program."""
    pid: int = 0
    starts: int = 0
    deaths: list[str] = field(default_factory=list)
    """How it ended when nobody had ended it."""
    _is_ended: bool = False
    _is_closed: bool = False

    async def supervise(self) -> None:
        while not self._is_closed:
            self._is_ended = False
            with self.log.open("ab") as log:
                fork = Fork(self.forks, self.command, self.environment, log.fileno())
            self.pid, self.starts = fork.pid, self.starts + 1
            code = await asyncio.get_running_loop().run_in_executor(self.waiting, fork.wait)
            if not self._is_ended:
                self.deaths.append(f"{self.name} ended by itself with {code}")

    def kill(self) -> None:
        """With its own processes, and with no chance to do anything else."""
        self._is_ended = True
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def stop(self) -> None:
        """As a deployment does. It may take its time."""
        self._is_ended = True
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)

    def close(self) -> None:
        self._is_closed = True
        self.kill()
