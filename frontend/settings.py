"""The frontend's settings, parsed once at start from the environment (`ORION_` and the name in capitals)."""

import os
import secrets
from collections.abc import Mapping
from typing import Literal

import msgspec

from environment.names import refuse_misspelt
from environment.production import KEY_LENGTH_MIN, require_given, require_https, require_strong
from environment.reading import SettingsError, decode, given_values
from environment.values import Address, HostName, NamedPath, Port, Secrets, parts_of

__all__ = ["Settings", "SettingsError", "load_settings"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    environment: Literal["development", "test", "production"] = "development"
    frontend_host: HostName = "127.0.0.1"
    frontend_port: Port = 8080
    backend_url: Address = "http://127.0.0.1:8000"
    public_url: Address = "http://127.0.0.1:8080"
    """Must use https in production."""
    secret_keys: Secrets = ""
    sandbox_url: Address = ""
    """Address of the doubles of Google and Apple that `orion dev` starts; ignored outside development."""
    mail_catcher_dir: NamedPath = ""
    """The folder in which `orion dev` keeps mails; ignored outside development and tests."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def is_development(self) -> bool:
        return self.environment == "development"

    @property
    def has_sandbox(self) -> bool:
        return self.is_development and bool(self.sandbox_url)

    @property
    def has_mail_catcher(self) -> bool:
        return not self.is_production and bool(self.mail_catcher_dir)

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def keys(self) -> list[str]:
        return parts_of(self.secret_keys)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Without keys, development uses a random one, and sign-ins end with the process.

    Raises SettingsError, also for a misspelled name.
    """
    environ = os.environ if environ is None else environ
    refuse_misspelt(environ)
    values = given_values(Settings, environ)
    if values.get("environment") != "production":
        return decode(Settings, {"secret_keys": secrets.token_hex(KEY_LENGTH_MIN)} | values)
    settings = decode(Settings, values)
    require_given(values, "secret_keys", "backend_url", "public_url")
    require_strong("secret_keys", settings.keys)
    require_https(settings, "public_url")
    return settings
