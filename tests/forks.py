"""Orion's commands in processes of their own that import nothing: each is forked from one that has imported all of it.

`python -m tests.forks NAME` waits for commands. `Fork` asks it for one; that needs the standard library alone.
"""

import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

MODULES = ("backend.app", "backend.cli.backend", "backend.cli.wallets", "workers.main", "granian.cli")
BYTES_MAX = 65_536


class Fork:
    """`python -m MODULE ARGUMENTS` in a session of its own, in our directory, with our input."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], output: int = 1, *, stays: bool = False
    ) -> None:
        """`output`: the file descriptor to which it writes. Unless it `stays`, it is killed when this process ends."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.connect(address(name))
        told = {"command": command, "environment": dict(environment), "directory": str(Path.cwd()), "stays": stays}
        socket.send_fds(self._socket, [json.dumps(told).encode()], [0, output, output])
        self.pid = int(self._socket.recv(BYTES_MAX))
        self._code: int | None = None

    def wait(self) -> int:
        """Its exit code; negative: the signal that ended it."""
        if self._code is None:
            self._code = int(self._socket.recv(BYTES_MAX))
            self._socket.close()
        return self._code

    def kill(self) -> None:
        """With its own processes, and with no chance to do anything else."""
        if self._code is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.wait()


def address(name: str) -> str:
    """Outside the file system, whose paths may be too long."""
    return f"\0orion-forks-{name}"


def main(name: str) -> None:
    for module in MODULES:
        import_module(module)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(address(name))
        listener.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            asked, _ = listener.accept()
            if not os.fork():
                break
            asked.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    attend(asked)


def attend(asked: socket.socket) -> None:
    """Says the process id of the command, and its exit code when it has ended; the command returns from here, too."""
    told, files, _, _ = socket.recv_fds(asked, BYTES_MAX, 3)
    if child := os.fork():
        asked.send(str(child).encode())
        if not json.loads(told)["stays"]:
            _kill_when_left(asked, child)
        _, status = os.waitpid(child, 0)
        with suppress(BrokenPipeError):
            asked.send(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    asked.close()
    os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    request = json.loads(told)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["directory"])
    os.execv = _go_on  # type: ignore[assignment]
    _run(request["command"])


def _kill_when_left(asked: socket.socket, child: int) -> None:
    """Returns when it has ended. A run of tests that is cut off stops nothing itself."""
    ended = os.pidfd_open(child)
    if ended not in select.select([asked.fileno(), ended], [], [])[0]:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        # It may not have its own group yet.
        os.kill(child, signal.SIGKILL)


def _go_on(_: str, command: Sequence[str]) -> None:
    """Instead of another Python, which would import everything again."""
    interpreter, flag, *told = command
    assert (interpreter, flag) == (sys.executable, "-m"), command
    _run(told)
    sys.exit()


def _run(command: Sequence[str]) -> None:
    module, *arguments = command
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1])
