"""One way to PostgreSQL for every lane."""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import asyncpg

from backend.core.database_url import DatabaseUrl, parse_database_url

APPLICATION_NAME = "orion"
Connect = Callable[..., Awaitable[asyncpg.Connection]]


def connector(url: str, server_settings: Mapping[str, str], **options: Any) -> Connect:
    """Connects to the first host that answers and takes writes; what the pool adds is handed on.

    The driver itself gives all hosts one time limit together, of which one that is silent takes all.
    """
    known = parse_database_url(url)
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
                    **options | more | {"timeout": known.connect_seconds, "server_settings": settings},
                )
            except (OSError, asyncpg.CannotConnectNowError, asyncpg.TargetServerAttributeNotMatched) as error:
                failure = error
        assert failure is not None, "an address without hosts has one entry that says so"
        raise failure

    return connect


def _security(known: DatabaseUrl) -> dict[str, Any]:
    told: dict[str, Any] = {"target_session_attrs": known.target}
    return told | {"ssl": ssl.create_default_context()} if known.trusts_system else told
