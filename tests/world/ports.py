"""Ports that nobody else takes between being chosen and being used."""

import atexit
import socket
from contextlib import ExitStack

from backend.dev.ports import is_free

CHOICE = range(20_000, 32_000)
"""Below those that the system gives to connections of its own choice."""
_claims = ExitStack()
atexit.register(_claims.close)


def own_port() -> int:
    """Until this process ends: all test processes claim a port by a name that only one of them can have."""
    return next(port for port in CHOICE if _claim(port) and is_free("127.0.0.1", port))


def _claim(port: int) -> bool:
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0orion-tests-{port}")
    except OSError:
        claim.close()
        return False
    _claims.enter_context(claim)
    return True
