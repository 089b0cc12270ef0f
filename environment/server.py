"""The server's address, and the command that starts it."""

import os
import socket
import sys
from typing import NoReturn

import msgspec

from environment.reading import SettingsError, name_of

STOP_SECONDS = 30
"""A server worker that ignores SIGTERM is killed after this; one that is still starting loses the signal.

Longer than any request takes.
"""
SERVER = (
    *("granian", "--interface", "asgi", "--loop", "uvloop"),
    *("--workers-kill-timeout", str(STOP_SECONDS), "--factory"),
)
"""Arguments of `python -m` for the server; the application follows."""


def check_address(settings: msgspec.Struct, host_field: str, port_field: str) -> None:
    """Raises SettingsError when the process cannot listen at that address."""
    host, port = getattr(settings, host_field), getattr(settings, port_field)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # Without it a connection in TIME_WAIT would make the address look taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        setting = name_of(host_field if isinstance(error, socket.gaierror) else port_field)
        raise SettingsError(f"{setting}: nothing can listen at that host and port ({reason}); name others.") from None


def serve(application: str, host: str, port: int) -> NoReturn:
    """Replaces this process with the application's server."""
    command = [sys.executable, "-m", *SERVER, application, "--host", host, "--port", str(port)]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter
