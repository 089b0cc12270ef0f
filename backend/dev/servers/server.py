"""Base of the embedded servers: one launcher per folder, a private socket, and an end together with the launcher."""

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, ClassVar, Self

from backend.dev.servers.errors import EmbeddedServerError
from backend.dev.servers.launch import Identity, tethered
from backend.dev.servers.orphans import pids_in, stop_orphan
from backend.dev.servers.sockets import private_directory, socket_directory

START_SECONDS = 60
AGAIN_SECONDS = 0.1
STOP_SECONDS = 15


class EmbeddedServer:
    """A server program with its own folder. Start it from the main thread: it ends with the thread that started it.

    `data_dir` holds the data, the log and the lock that admits one launcher.
    """

    noun: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.resolve()
        self.socket_dir = socket_directory(self.data_dir)
        self.log_path = self.data_dir / "server.log"
        self._pid_path = self.data_dir / "pid"
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when the server is ready. Raises EmbeddedServerError when it fails or another launcher runs it."""
        self._lock_folder()
        try:
            self._stop_orphans()
            self._prepare()
            self._run()
            self._wait_until_ready()
            self._after_start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops the server, by SIGKILL after 15 s, and releases the folder."""
        if self._process is not None:
            end_process(self._process, self.stop_signal)
            self._process = None
        if self._lock is not None:
            self._pid_path.unlink(missing_ok=True)
            self._leave_socket_dir()
            self._lock.close()
            self._lock = None

    def _command(self) -> Sequence[str]:
        raise NotImplementedError

    def _prepare(self) -> None:
        raise NotImplementedError

    def _is_ready(self) -> bool:
        raise NotImplementedError

    def _after_start(self) -> None:
        """Hook for steps that need the running server."""

    def _came_too_soon(self) -> bool:
        """Whether it has ended because processes of the one before, which was killed, are not gone yet."""
        return False

    def _lock_folder(self) -> None:
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (self.data_dir / "lock").open("a", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise EmbeddedServerError(
                f"{self.noun} in {self.data_dir} is already running: stop the other `make run` first."
            ) from error
        self._lock = lock
        private_directory(self.socket_dir)

    def _stop_orphans(self) -> None:
        for pid in self._recorded_pids():
            stop_orphan(pid, self.stop_signal, its_folder=self.data_dir)

    def _recorded_pids(self) -> list[int]:
        return pids_in(self._pid_path)

    def _run(self) -> None:
        with self.log_path.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                tethered(self._command(), death_signal=self.stop_signal, identity=self._identity()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data_dir,
                env=plain_environment(),
                start_new_session=True,
            )
        self._pid_path.write_text(f"{self._process.pid}\n", encoding="ascii")

    def _identity(self) -> Identity:
        return "same"

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            has_ended = self._process is None or self._process.poll() is not None
            if has_ended and self._came_too_soon() and time.monotonic() < deadline:
                time.sleep(AGAIN_SECONDS)
                self._run()
            elif has_ended:
                raise EmbeddedServerError(f"{self.noun} did not start: {self._log_tail()}")
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"{self.noun} did not answer within {START_SECONDS} s: {self._log_tail()}")
            time.sleep(0.01)

    def _log_tail(self) -> str:
        lines = self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()
        return " | ".join(lines[-5:]) or f"see {self.log_path}"

    def _leave_socket_dir(self) -> None:
        if self.socket_dir.parent != self.data_dir:
            with contextlib.suppress(OSError):
                self.socket_dir.rmdir()


def plain_environment() -> dict[str, str]:
    """Our environment without `PG…` and `ORION_…`, which would change what the programs connect to."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "ORION_"))}
    return environment | {"LC_ALL": "C"}


def end_process(process: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    """Sends the signal, waits 15 s, then kills."""
    process.send_signal(stop_signal)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
