"""One way to PostgreSQL for every lane."""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from math import inf
from typing import Any

import asyncpg

from backend.core.database_url import DatabaseUrl, parse_database_url

APPLICATION_NAME = "orion"
Connect = Callable[..., Awaitable[asyncpg.Connection]]


def connector(
    url: str, server_settings: Mapping[str, str], *, patience_seconds: float = inf, **options: Any
) -> Connect:
    """Connects to the first host that answers and takes writes; what the pool adds is handed on.

    The driver itself gives all hosts one time limit together, of which one that is silent takes all.
    `patience_seconds`: how long the caller waits for a connection; all hosts together are tried in less.
    """
    known = parse_database_url(url)
    several = len(known.hosts) > 1
    seconds = min(known.connect_seconds, patience_seconds / (len(known.hosts) + 1) if several else inf)
    settings = {"application_name": APPLICATION_NAME, **known.session, **server_settings}

    async def connect(*_: object, **more: Any) -> asyncpg.Connection:
        failure: Exception | None = None
        for host, port in known.hosts:
            try:
                return await asyncpg.connect(
                    known.dsn,
                    host=host,
                    port=port,
                    **_security(known),
                    **options | more | {"timeout": seconds, "server_settings": settings},
                )
            except (OSError, asyncpg.CannotConnectNowError, asyncpg.TargetServerAttributeNotMatched) as error:
                failure = error
        assert failure is not None, "an address without hosts has one entry that says so"
        raise failure

    return connect


def _security(known: DatabaseUrl) -> dict[str, Any]:
    told: dict[str, Any] = {"target_session_attrs": known.target}
    return told | {"ssl": _systems_context(known.files)} if known.trusts_system else told


def _systems_context(files: Mapping[str, str]) -> ssl.SSLContext:
    """With the files that the driver reads for a context of its own making alone."""
    context = ssl.create_default_context()
    if "sslcrl" in files:
        context.load_verify_locations(files["sslcrl"])
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    if "sslcert" in files:
        context.load_cert_chain(files["sslcert"], files.get("sslkey"), files.get("sslpassword", ""))
    return context
