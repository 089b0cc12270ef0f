"""Fetches URLs that users have entered: only from public addresses, with limits on size and time.

A name is resolved once and the connection goes to the resolved address, so that DNS cannot answer differently twice.
"""

import asyncio
import socket
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpx

from backend.core.outbound.calls import CallFailed, HttpResponse, outbound_errors, send_request

FETCH_SECONDS = 5.0
HTTPS = 443
OK = 200
# Listed here because `is_global` of older Python versions is wrong about some of them.
NOT_PUBLIC = [
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
]
PUBLIC_V6 = ip_network("2000::/3")
"""All global unicast addresses; mapped and translated IPv4 addresses are outside."""

Address = IPv4Address | IPv6Address


class NotFetched(Exception):
    """The URL is refused or cannot be fetched. The text is for the log."""


async def fetch(url: str, *, bytes_max: int, allows_loopback: bool = False) -> bytes:
    """The body of a response with status 200; redirects are not followed. Raises NotFetched.

    `allows_loopback`: for development; allows loopback addresses, by http and on any port.
    """
    try:
        with outbound_errors():
            target = httpx.URL(url)
        return await _read(target, await public_address(target, allows_loopback=allows_loopback), bytes_max)
    except CallFailed as failure:
        raise NotFetched(failure.reason) from failure


async def public_address(target: httpx.URL, *, allows_loopback: bool) -> str:
    """The address to connect to. Every address of the name must be public, and the URL https on port 443.

    `allows_loopback`: see `fetch`. Raises NotFetched, or CallFailed when the name is none or cannot be resolved.
    """
    with outbound_errors():
        host = target.host
    if target.scheme not in {"http", "https"} or not host or target.userinfo:
        raise NotFetched("the address is none to fetch from")
    port = target.port or (HTTPS if target.scheme == "https" else 80)
    addresses = await resolve(host, port, seconds=FETCH_SECONDS)
    if allows_loopback and all(address.is_loopback for address in addresses):
        return str(addresses[0])
    if target.scheme != "https" or port != HTTPS:
        raise NotFetched("not fetched over https and its own port")
    if not all(map(is_public, addresses)):
        raise NotFetched("the address is not public")
    return str(addresses[0])


async def resolve(host: str, port: int, *, seconds: float) -> list[Address]:
    """The addresses of the host, in the order in which to try them. Raises CallFailed."""
    with outbound_errors():
        async with asyncio.timeout(seconds):
            results = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(socket_address[0])) for *_, socket_address in results))


def is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in PUBLIC_V6:
        return False
    return not any(address in network for network in NOT_PUBLIC)


async def _read(target: httpx.URL, address: str, bytes_max: int) -> bytes:
    async with httpx.AsyncClient(trust_env=False, timeout=FETCH_SECONDS) as http:
        response = await send_pinned(
            http,
            "GET",
            target,
            address,
            seconds=FETCH_SECONDS,
            bytes_max=bytes_max,
            is_raw=True,
            headers={"accept-encoding": "identity"},
        )
    if response.status != OK:
        raise NotFetched(f"answered {response.status}")
    return response.content


async def send_pinned(
    http: httpx.AsyncClient, method: str, url: httpx.URL, address: str, *, headers: Mapping[str, str], **request: Any
) -> HttpResponse:
    """Like `send_request`, to this address of the URL's host; TLS verifies the host's name."""
    return await send_request(
        http,
        method,
        url.copy_with(host=address),
        headers={"host": url.netloc.decode("ascii"), **headers},
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
        **request,
    )
