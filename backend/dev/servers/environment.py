"""The servers of a development installation, and the `ORION_` variables that name them."""

import os
from contextlib import ExitStack
from pathlib import Path

from backend.core.settings import Settings
from backend.dev.ports import free_port
from backend.dev.servers.mail_tls import mail_tls_values
from backend.dev.servers.postgres import EmbeddedPostgres
from backend.dev.servers.state_file import secret_keys
from backend.dev.servers.valkey import EmbeddedValkey

MAIL_PORT = 2587
"""Its neighbor 2465 never answers, so that the connection test has something to find."""
MAIL, MAIL_TLS = "mail", "mail-tls"
MAIL_CATCHER, MAIL_CATCHER_PORT = "ORION_MAIL_CATCHER_DIR", "ORION_MAIL_CATCHER_PORT"
EVERY_ADDRESS = {"0.0.0.0", "::", ""}  # noqa: S104 - compared with, not listened on


def local_url(host: str, port: int) -> str:
    """The URL, for browsers on this machine, of a server that listens on `host`."""
    name = "127.0.0.1" if host in EVERY_ADDRESS else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def open_servers(settings: Settings, data_dir: Path, stack: ExitStack) -> dict[str, str]:
    """Starts the servers that no setting names; `stack` stops them."""
    return {
        "ORION_ENVIRONMENT": settings.environment,
        "ORION_DATA_DIR": str(data_dir),
        "ORION_SECRET_KEYS": settings.secret_keys or secret_keys(data_dir),
        "ORION_BACKEND_URL": os.environ.get("ORION_BACKEND_URL")
        or local_url(settings.backend_host, settings.backend_port),
        "ORION_PUBLIC_URL": os.environ.get("ORION_PUBLIC_URL")
        or local_url(settings.frontend_host, settings.frontend_port),
        **_database(settings, data_dir, stack),
        **_redis(settings, data_dir, stack),
        **_mail(data_dir),
    }


def _database(settings: Settings, data_dir: Path, stack: ExitStack) -> dict[str, str]:
    if settings.database_url:
        return {"ORION_DATABASE_URL": settings.database_url, "ORION_DATABASE_OWNER_URL": settings.migration_url}
    server = stack.enter_context(EmbeddedPostgres(data_dir / "postgres"))
    return {"ORION_DATABASE_URL": server.app_url, "ORION_DATABASE_OWNER_URL": server.owner_url}


def _redis(settings: Settings, data_dir: Path, stack: ExitStack) -> dict[str, str]:
    if settings.redis_url:
        return {"ORION_REDIS_URL": settings.redis_url}
    return {"ORION_REDIS_URL": stack.enter_context(EmbeddedValkey(data_dir / "valkey")).url}


def _mail(data_dir: Path) -> dict[str, str]:
    """Variables of the mail catcher; emails go to it unless the developer has configured another way."""
    port = str(free_port("127.0.0.1", MAIL_PORT))
    catcher = {MAIL_CATCHER: str(data_dir / MAIL), MAIL_CATCHER_PORT: port, **mail_tls_values(data_dir / MAIL_TLS)}
    if "ORION_EMAIL_PROVIDER" in os.environ or "ORION_SMTP_HOST" in os.environ:
        return catcher
    return catcher | {"ORION_EMAIL_PROVIDER": "smtp", "ORION_SMTP_HOST": "127.0.0.1", "ORION_SMTP_PORT": port}
