"""Ports that nobody else takes between being chosen and being used."""

import atexit
import socket
from contextlib import ExitStack

from backend.dev.ports import is_free

CHOICE = range(20_000, 32_000)
"""Below those that the system gives to connections of its own choice."""
EVERYWHERE = "0.0.0.0"
"""Somebody may have it at another address of this machine; some servers listen at all."""
MAIL_PORTS = (25, 465, 587)
_claims = ExitStack()
atexit.register(_claims.close)


def own_port() -> int:
    """Until this process ends: all test processes claim a port by a name that only one of them can have."""
    return next(filter(_is_ours, CHOICE))


def own_block() -> int:
    """A thousand with the ports of a mail server: 465, 587 and 25 in it are free, and nobody else takes it."""
    blocks = range(CHOICE.start, CHOICE.stop, 1000)
    return next(block for block in blocks if _claim(block) and all(_is_ours(block + port) for port in MAIL_PORTS))


def _is_ours(port: int) -> bool:
    return _claim(port) and is_free(EVERYWHERE, port)


def _claim(port: int) -> bool:
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0orion-tests-{port}")
    except OSError:
        claim.close()
        return False
    _claims.enter_context(claim)
    return True
