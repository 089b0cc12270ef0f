"""Facts about a request that every audience needs."""

from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

from litestar.connection import ASGIConnection

from environment.values import networks
from i18n.locales import negotiate

HOPS_MAX = 10
IPV6_NETWORK_BITS = 64


def client_address(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The nearest address that is not a proxy of ours. A header from anybody else is not believed."""
    address = connection.client.host if connection.client else "unknown"
    forwarded = connection.headers.get("x-forwarded-for", "")
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()][-HOPS_MAX:]
    while hops and _is_ours(address, connection.app.state.settings.trusted_proxies):
        address = hops.pop()
    return address


@lru_cache(maxsize=4096)
def _is_ours(address: str, trusted: str) -> bool:
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in networks(trusted))


def client_network(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Where a stranger is counted: who has one address of IPv6 has all of its network."""
    return _network_of(client_address(connection))


@lru_cache(maxsize=4096)
def _network_of(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or ip_network((known, IPV6_NETWORK_BITS), strict=False))


@lru_cache(maxsize=4096)
def printable_address(address: str) -> str | None:
    """An address PostgreSQL takes, or None."""
    try:
        return str(ip_address(address))
    except ValueError:
        return None


def reader_language(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """From Accept-Language; English for callers that send none, such as scripts."""
    state = connection.app.state
    return negotiate(
        connection.headers.get("accept-language"), fallback="en", pseudo=state.settings.environment != "production"
    )
