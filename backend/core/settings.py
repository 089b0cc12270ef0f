"""Settings that are fixed at start, read from environment variables: `ORION_` + the field's name in capitals."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from backend.core.database_url import DatabaseAddress
from backend.core.platform_settings import decode_platform, given_platform_values
from backend.core.redis_url import RedisAddress
from backend.core.wallet_settings import WalletSettings
from environment.names import refuse_misspelt
from environment.production import require_given, require_https, require_strong
from environment.reading import SettingsError, decode, given_values, name_of
from environment.values import (
    Address,
    HostName,
    MailAddresses,
    Networks,
    Port,
    Secrets,
    SecretToken,
    SecretUrl,
    checked_by,
    expanded,
    parts_of,
)

__all__ = ["Settings", "SettingsError", "load_settings", "required"]


class Settings(WalletSettings, frozen=True, kw_only=True):
    environment: Literal["development", "test", "production"] = "development"
    database_url: DatabaseAddress = ""
    """A libpq URL, with parameters such as `sslmode`, several hosts or a socket's directory."""
    database_owner_url: DatabaseAddress = ""
    """Used by migrations only; defaults to `database_url`."""
    redis_url: RedisAddress = ""
    """A redis-py URL: `redis://`, `rediss://` with TLS, `unix://`."""
    data_dir: Annotated[Path, checked_by(expanded)] = Path(".orion")
    backend_host: HostName = "127.0.0.1"
    backend_port: Port = 8000
    frontend_host: HostName = "127.0.0.1"
    frontend_port: Port = 8080
    backend_url: Address = "http://127.0.0.1:8000"
    public_url: Address = "http://127.0.0.1:8080"
    """The pages' URL for browsers; https in production."""
    backend_public_url: Address = ""
    """The API's URL for phones and the wallets' servers; defaults to `backend_url`."""
    secret_keys: Secrets = ""
    trusted_proxies: Networks = "127.0.0.0/8,::1/128"
    """Networks, comma-separated, whose X-Forwarded-For is trusted: the frontend and the load balancer."""
    pool_size: Annotated[int, Meta(ge=1, le=100)] = 8
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    worker_metrics_port: Annotated[int, Meta(ge=0, le=65535)] = 0
    """The port of a worker's metrics for Prometheus; 0: none."""
    metrics_token: SecretToken = ""
    """The bearer token for `/metrics`. In production `/metrics` answers 404 when no token is set."""
    alarm_emails: MailAddresses = ""
    """Comma-separated addresses that `orion doctor --notify` tells what blocks."""
    alive_url: SecretUrl = ""
    """A dead man's switch: `orion doctor --notify` calls it while nothing blocks."""
    public_docs: bool = False
    """Whether production serves `/docs` and `/openapi.json`, on the port that phones reach."""

    sandbox_url: Address = ""
    """The URL of the sandbox that stands in for Google and Apple in development; refused in production."""

    @property
    def keys(self) -> list[str]:
        return parts_of(self.secret_keys)

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def api_url(self) -> str:
        """The API's URL for phones."""
        return (self.backend_public_url or self.backend_url).rstrip("/")

    @property
    def migration_url(self) -> str:
        return self.database_owner_url or self.database_url


INTERNAL_URLS = {"database_url", "database_owner_url", "redis_url", "backend_url"}
"""Not required to be https in production."""


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Reads `ORION_*`, and checks the values that the environment gives for platform settings.

    Raises SettingsError for an unknown name, an invalid value or, in production, a missing one.
    """
    environ = os.environ if environ is None else environ
    refuse_misspelt(environ)
    values = given_values(Settings, environ)
    settings = decode(Settings, values)
    if settings.is_production:
        require_given(values, "database_url", "redis_url", "secret_keys", "public_url")
        _refuse_unsafe(settings, values)
    decode_platform(given_platform_values(environ), is_production=settings.is_production)
    return settings


def required(settings: Settings, *fields: str) -> None:
    """Raises SettingsError when one of the fields is not set."""
    for field in fields:
        if not getattr(settings, field):
            raise SettingsError(f"{name_of(field)} is not set: set it, or start `make run`, which brings its own.")


def _refuse_unsafe(settings: Settings, set_fields: Iterable[str]) -> None:
    if settings.sandbox_url:
        raise SettingsError("ORION_SANDBOX_URL is for development only: unset it.")
    require_strong("secret_keys", settings.keys)
    if settings.metrics_token:
        require_strong("metrics_token", [settings.metrics_token])
    require_https(settings, *(field for field in set_fields if field.endswith("_url") and field not in INTERNAL_URLS))
