"""The client's address and network, and the reader's language, of a request."""

from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection

from backend.core.resources import resources_of
from environment.values import networks
from i18n.locales import negotiate

HOPS_MAX = 10
IPV6_NETWORK_BITS = 64

ApiRequest = Request[Any, Any, Any]


def client_address(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The nearest address that is not a trusted proxy. X-Forwarded-For counts only when a trusted proxy sent it."""
    address = connection.client.host if connection.client else "unknown"
    forwarded = connection.headers.get("x-forwarded-for", "")
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()][-HOPS_MAX:]
    while hops and _is_trusted(address, resources_of(connection).settings.trusted_proxies):
        address = hops.pop()
    return address


@lru_cache(maxsize=4096)
def _is_trusted(address: str, trusted_proxies: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks(trusted_proxies))


def client_network(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The key of an anonymous client's limits: an IPv4 address, or the /64 network of an IPv6 address."""
    return _network_of(client_address(connection))


@lru_cache(maxsize=4096)
def _network_of(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((parsed, IPV6_NETWORK_BITS), strict=False))


@lru_cache(maxsize=4096)
def printable_address(address: str) -> str | None:
    """The address in a form that PostgreSQL's `inet` accepts; None when it is not an IP address."""
    try:
        return str(ip_address(address))
    except ValueError:
        return None


def reader_language(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The language from Accept-Language; English without that header."""
    is_production = resources_of(connection).settings.is_production
    return negotiate(connection.headers.get("accept-language"), fallback="en", pseudo=not is_production)
