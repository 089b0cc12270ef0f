"""Runs several programs with one log, starts again what dies, and stops them together."""

import contextlib
import os
import re
import secrets
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import IO, Self

from rich.console import Console
from rich.text import Text

from backend.dev.servers.launch import tethered

STOP_SECONDS = 10
STEADY_SECONDS = 60
"""A program that has run for so long has started well: its death is the first one again."""
DEATHS_MAX = 3
RESTART_SECONDS = 0.5
MARK = "SUPERVISED_BY"
"""An environment variable that descendants of a child inherit, so that all of them are found and stopped."""
COLORS = ("cyan", "magenta", "green", "yellow", "blue", "red")
TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


class Child:
    """A program in its own session, so that Ctrl-C in the terminal reaches only the supervisor."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self._command, self._environment = command, environment
        self.deaths = 0
        """In a row."""
        self.start()

    def start(self) -> None:
        """Again, when it has ended."""
        self._started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            tethered(self._command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment,
            start_new_session=True,
        )

    def count_death(self) -> None:
        is_steady = time.monotonic() - self._started_at >= STEADY_SECONDS
        self.deaths = 1 if is_steady else self.deaths + 1

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    @property
    def ending(self) -> str:
        """How it ended, as the rest of a sentence that starts with its name."""
        code = self.process.returncode
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


class Supervisor:
    """A context manager: when the block ends, the programs and all their descendants are stopped.

    Use it from the main thread; see `tethered`.
    """

    def __init__(self, console: Console, *, width: int = 8) -> None:
        self._console = console
        self._width = width
        self._mark = secrets.token_hex(16)
        self._colors = cycle(COLORS)
        self._color_of: dict[str, str] = {}
        self._children: list[Child] = []
        self._readers: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> Child:
        """Starts a long-running program; `environment` replaces our environment."""
        inherited = os.environ if environment is None else environment
        child = Child(name, command, dict(inherited) | {MARK: self._mark, "PYTHONUNBUFFERED": "1"})
        self._children.append(child)
        self._color_of[name] = next(self._colors)
        self._read(child)
        return child

    def _read(self, child: Child) -> None:
        reader = threading.Thread(target=self._copy_log, args=(child, self._color_of[child.name]), daemon=True)
        reader.start()
        self._readers.append(reader)

    def run(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> Child:
        """Runs a program and returns when it has ended."""
        child = self.start(name, command, environment)
        child.process.wait()
        self._children.remove(child)
        self._readers.pop().join(timeout=1)
        return child

    def child(self, name: str) -> Child:
        return next(child for child in self._children if child.name == name)

    def first_ended(self) -> Child | None:
        """A program that has ended; None when all run."""
        return next((child for child in self._children if child.ended), None)

    def wait(self) -> Child:
        """Starts programs that end again, and says so. Returns one that has ended three times in a row."""
        while True:
            while (child := self.first_ended()) is None:
                time.sleep(0.1)
            child.count_death()
            if child.deaths >= DEATHS_MAX:
                return child
            self.say(f"{child.name} {child.ending}; it is started again.", style="bold red")
            time.sleep(RESTART_SECONDS)
            child.start()
            self._read(child)

    def stop(self) -> None:
        """Sends SIGTERM to every program and, after 10 s, SIGKILL to the remaining ones and to all descendants."""
        for child in self._children:
            child.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while not all(child.ended for child in self._children) and time.monotonic() < deadline:
            time.sleep(0.02)
        self._kill_the_rest()
        for child in self._children:
            child.process.wait()
        for reader in self._readers:
            reader.join(timeout=1)
        self._children.clear()
        self._readers.clear()

    def say(self, sentence: str, style: str = "bold") -> None:
        """Prints a line of the supervisor itself."""
        self._print("orion", style, sentence)

    def _kill_the_rest(self) -> None:
        while marked := list(_marked(self._mark)):
            for pid in marked:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)
        for child in self._children:
            child.process.kill()

    def _copy_log(self, child: Child, color: str) -> None:
        log: IO[bytes] | None = child.process.stdout
        assert log is not None
        with log:
            for line in log:
                self._print(child.name, color, TERMINAL_CODES.sub("", line.decode(errors="replace")).rstrip())

    def _print(self, name: str, style: str, line: str) -> None:
        self._console.print(Text.assemble((f"{name:<{self._width}} │ ", style), line), soft_wrap=True)


def _marked(mark: str) -> Iterator[int]:
    needle = f"{MARK}={mark}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            is_marked = needle in (entry / "environ").read_bytes()
        except OSError:
            continue
        if is_marked:
            yield int(entry.name)
