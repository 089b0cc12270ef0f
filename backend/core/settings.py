"""Everything the environment decides, typed and read once at start (`ORION_` + the field's name in capitals)."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

PREFIX = "ORION_"
Port = Annotated[int, Meta(ge=1, le=65535)]


class SettingsError(Exception):
    """One sentence that names the setting at fault; the process must not start."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    environment: Literal["development", "test", "production"] = "development"
    database_url: str = ""
    database_owner_url: str = ""
    """Used by migrations only; the same as `database_url` when empty."""
    redis_url: str = ""
    data_dir: Path = Path(".orion")
    backend_host: str = "127.0.0.1"
    backend_port: Port = 8000
    frontend_host: str = "127.0.0.1"
    frontend_port: Port = 8080
    backend_url: str = "http://127.0.0.1:8000"
    public_url: str = "http://127.0.0.1:8080"
    backend_public_url: str = ""
    """Where phones and the wallets' servers reach the API; the same as `backend_url` when empty."""
    secret_keys: str = ""
    """Comma-separated, newest first: the first signs and encrypts, all are accepted."""
    trusted_proxies: str = "127.0.0.0/8,::1/128"
    """Networks, comma-separated, whose X-Forwarded-For is believed: the frontend and the balancer in front."""
    pool_size: Annotated[int, Meta(ge=1, le=100)] = 8
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    worker_metrics_port: Annotated[int, Meta(ge=0, le=65535)] = 0
    """Where a worker shows its metrics to Prometheus; 0: nowhere."""

    google_wallet_issuer_id: str = ""
    google_wallet_service_account_file: str = ""
    google_wallet_origins: str = ""
    google_wallet_api_url: str = "https://walletobjects.googleapis.com"
    google_oauth_token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    google_wallet_save_url: str = "https://pay.google.com/gp/v/save"
    google_wallet_keys_url: str = "https://pay.google.com/gp/m/issuer/keys"
    """Root keys of the signatures on callbacks."""
    default_logo_url: str = ""
    apple_wallet_dir: str = ""
    apple_wallet_key_password: str = ""
    apns_url: str = "https://api.push.apple.com"
    apns_ca_file: str = ""
    apns_push_type: str = ""
    """Sent as apns-push-type when set; passes have always been pushed without."""

    sandbox_url: str = ""
    """Where `orion dev` has its doubles of Google and Apple; never in production."""

    email_provider: Literal["smtp", "sendgrid", "console"] = "console"
    email_from_address: str = "cards@orion.example"
    email_from_name: str = "Orion"
    email_reply_to: str = ""
    smtp_host: str = "127.0.0.1"
    smtp_port: Port = 587
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_use_tls: bool = False
    smtp_use_ssl: bool = False
    sendgrid_api_key: str = ""
    sendgrid_api_url: str = "https://api.sendgrid.com"

    @property
    def keys(self) -> list[str]:
        return [key.strip() for key in self.secret_keys.split(",") if key.strip()]

    @property
    def api_url(self) -> str:
        """As phones know it."""
        return (self.backend_public_url or self.backend_url).rstrip("/")

    @property
    def migration_url(self) -> str:
        return self.database_owner_url or self.database_url


LAUNCHER_NAMES = {"ORION_CHROMIUM", "ORION_IGNORE_SYSTEM_CHROMIUM"}
"""Read by scripts around the project, not by it."""


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Reads `ORION_*`. Raises SettingsError for a misspelt name, a bad value or, in production, a missing one."""
    given = {
        name: value
        for name, value in (os.environ if environ is None else environ).items()
        if name.startswith(PREFIX) and name not in LAUNCHER_NAMES
    }
    known = {PREFIX + field.upper(): field for field in Settings.__struct_fields__}
    for name in given:
        if name not in known:
            raise SettingsError(f"{name} is not a setting of Orion: correct its name or remove it.")
    settings = _decode({known[name]: value for name, value in given.items()})
    _refuse_unsafe(settings)
    return settings


def _decode(values: dict[str, str]) -> Settings:
    try:
        return msgspec.convert(values, Settings, strict=False, dec_hook=lambda kind, value: kind(value))
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        raise SettingsError(f"{PREFIX}{path.rstrip('`').upper()}: {reason}.") from error


def _refuse_unsafe(settings: Settings) -> None:
    if settings.environment != "production":
        return
    for field in ("database_url", "redis_url", "secret_keys", "public_url"):
        if not getattr(settings, field):
            raise SettingsError(f"{PREFIX}{field.upper()} is required in production and is not set.")
    if settings.sandbox_url:
        raise SettingsError("ORION_SANDBOX_URL is for development only: unset it.")
    if min(len(key) for key in settings.keys) < 32:  # noqa: PLR2004 - 256 bits as hexadecimal halves, or longer
        raise SettingsError("ORION_SECRET_KEYS: each key needs at least 32 characters in production.")
