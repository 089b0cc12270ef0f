"""Connects to PostgreSQL, for the pool, sessions, migrations and the check at start."""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from math import inf
from typing import Any

import asyncpg

from backend.core.database_url import DatabaseUrl, parse_database_url

APPLICATION_NAME = "orion"
Connect = Callable[..., Awaitable[asyncpg.Connection]]


class DatabaseUnreachable(ConnectionError):
    """The text is the name of the cause's class. The cause may be any OSError, such as the one of a missing socket."""


def connector(
    url: str, server_settings: Mapping[str, str], *, patience_seconds: float = inf, **options: Any
) -> Connect:
    """A function that connects to the first host that answers and matches `target_session_attrs`.

    Each host has its own time limit: the driver's single limit for all hosts would be used up by one silent host.
    `patience_seconds`: how long the caller waits for a connection; trying all hosts takes less than that.
    The returned function passes further keyword arguments to the driver. It raises DatabaseUnreachable for an OSError.
    """
    address = parse_database_url(url)
    several = len(address.hosts) > 1
    seconds = min(address.connect_seconds, patience_seconds / (len(address.hosts) + 1) if several else inf)
    settings = {"application_name": APPLICATION_NAME, **address.session, **server_settings}

    async def connect(*_: object, **more: Any) -> asyncpg.Connection:
        failure: Exception | None = None
        for host, port in address.hosts:
            try:
                return await asyncpg.connect(
                    address.dsn,
                    host=host,
                    port=port,
                    **_security(address),
                    **options | more | {"timeout": seconds, "server_settings": settings},
                )
            except (OSError, asyncpg.CannotConnectNowError, asyncpg.TargetServerAttributeNotMatched) as error:
                failure = error
        assert failure is not None, "hosts_of returns at least one host"
        if isinstance(failure, OSError):
            raise DatabaseUnreachable(type(failure).__name__) from failure
        raise failure

    return connect


def _security(address: DatabaseUrl) -> dict[str, Any]:
    options: dict[str, Any] = {"target_session_attrs": address.target}
    return options | {"ssl": _system_context(address.files)} if address.trusts_system else options


def _system_context(files: Mapping[str, str]) -> ssl.SSLContext:
    """A context that trusts the system's authorities. asyncpg loads the files only into contexts that it creates."""
    context = ssl.create_default_context()
    if "sslcrl" in files:
        context.load_verify_locations(files["sslcrl"])
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    if "sslcert" in files:
        context.load_cert_chain(files["sslcert"], files.get("sslkey"), files.get("sslpassword", ""))
    return context
