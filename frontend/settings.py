"""What the environment decides for the frontend, typed and read once at start (`ORION_` + the name in capitals)."""

import os
import secrets
from collections.abc import Mapping
from typing import Literal

import msgspec

PREFIX = "ORION_"
SHORTEST_KEY = 32


class SettingsError(Exception):
    """One sentence that names the setting at fault; the process must not start."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    environment: Literal["development", "test", "production"] = "development"
    backend_url: str = "http://127.0.0.1:8000"
    public_url: str = "http://127.0.0.1:8080"
    secret_keys: str = ""
    """Comma-separated, newest first: the first encrypts, all are accepted."""
    sandbox_url: str = ""
    """Where `orion dev` has its doubles of Google and Apple; of no account outside development."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def has_sandbox(self) -> bool:
        return self.environment == "development" and bool(self.sandbox_url)

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def keys(self) -> list[str]:
        return [key.strip() for key in self.secret_keys.split(",") if key.strip()]


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Without keys a developer gets a random one: sign-ins then end with the process."""
    given = os.environ if environ is None else environ
    names = {field: PREFIX + field.upper() for field in Settings.__struct_fields__}
    values = {field: given[name] for field, name in names.items() if given.get(name)}
    if not values.get("secret_keys") and values.get("environment") != "production":
        values["secret_keys"] = secrets.token_hex(SHORTEST_KEY)
    return _checked(values)


def _checked(values: dict[str, str]) -> Settings:
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        raise SettingsError(f"{PREFIX}{path.rstrip('`').upper()}: {reason}.") from error
    if not settings.keys:
        raise SettingsError("ORION_SECRET_KEYS is required in production and is not set.")
    if settings.is_production and min(map(len, settings.keys)) < SHORTEST_KEY:
        raise SettingsError("ORION_SECRET_KEYS: each key needs at least 32 characters in production.")
    return settings
