"""TCP connections to one of several resolved addresses."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Sequence
from ipaddress import IPv6Address

from backend.core.outbound.egress import Address

ADDRESSES_MAX = 4

Connected = tuple[socket.socket, Address]


@contextlib.asynccontextmanager
async def connection(addresses: Sequence[Address], port: int) -> AsyncGenerator[Connected]:
    """Like `connect`. At the end the socket is closed, also when no client has taken it over by then."""
    connected = await connect(addresses, port)
    try:
        yield connected
    finally:
        connected[0].close()


async def connect(addresses: Sequence[Address], port: int) -> Connected:
    """Connects to all at the same time and keeps the first that answers. Raises the first address's OSError."""
    attempts = [asyncio.create_task(_connect(address, port)) for address in addresses[:ADDRESSES_MAX]]
    first: Connected | None = None
    try:
        first = await _first(attempts)
        return first
    finally:
        for attempt in attempts:
            attempt.cancel()
        for ended in await asyncio.gather(*attempts, return_exceptions=True):
            if isinstance(ended, tuple) and ended is not first:
                ended[0].close()


async def _first(attempts: Sequence[asyncio.Task[Connected]]) -> Connected:
    for ended in asyncio.as_completed(attempts):
        with contextlib.suppress(OSError):
            return await ended
    return await attempts[0]


async def _connect(address: Address, port: int) -> Connected:
    family = socket.AF_INET6 if isinstance(address, IPv6Address) else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(opened, (str(address), port))
    except BaseException:
        opened.close()
        raise
    return opened, address
