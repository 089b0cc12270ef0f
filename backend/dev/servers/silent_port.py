"""A port whose connections never get an answer, like one that a firewall blocks."""

import contextlib
import socket
from collections.abc import Iterator
from contextlib import ExitStack

FULL_AFTER_SECONDS = 0.2


@contextlib.contextmanager
def silent_port(port: int, host: str = "127.0.0.1") -> Iterator[None]:
    """Linux drops connection requests to a listener whose queue is full, and nobody accepts from this one."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((host, port))
        listener.listen(0)
        with contextlib.suppress(TimeoutError):
            while True:
                stack.enter_context(socket.create_connection((host, port), timeout=FULL_AFTER_SECONDS))
        yield
