"""The settings for mail."""

from typing import Literal

import msgspec

from environment.reading import SettingsError
from environment.values import HostName, MailAddress, OneLine, Port, Token, Url


class MailSettings(msgspec.Struct, frozen=True, kw_only=True):
    email_provider: Literal["smtp", "sendgrid", "console"] = "console"
    email_from_address: MailAddress = "cards@orion.example"
    email_from_name: OneLine = "Orion"
    email_reply_to: MailAddress = ""
    smtp_host: HostName = "127.0.0.1"
    smtp_port: Port = 587
    smtp_user: OneLine = ""
    smtp_password: OneLine = ""
    smtp_use_tls: bool = False
    """STARTTLS, as on port 587."""
    smtp_use_ssl: bool = False
    """TLS from the first byte, as on port 465."""
    sendgrid_api_key: Token = ""
    sendgrid_api_url: Url = "https://api.sendgrid.com"


def check_mail(settings: MailSettings) -> None:
    """Raises SettingsError when the settings contradict each other."""
    has_login = [bool(settings.smtp_user), bool(settings.smtp_password)]
    names_server = settings.smtp_host != MailSettings().smtp_host or any(has_login)
    if settings.email_provider == "console" and (names_server or settings.sendgrid_api_key):
        provider = "smtp" if names_server else "sendgrid"
        raise SettingsError(f"ORION_EMAIL_PROVIDER is console, so no mail leaves: set it to {provider}.")
    if settings.email_provider == "sendgrid" and not settings.sendgrid_api_key:
        raise SettingsError("ORION_SENDGRID_API_KEY is not set although ORION_EMAIL_PROVIDER is sendgrid.")
    if settings.smtp_use_tls and settings.smtp_use_ssl:
        raise SettingsError("ORION_SMTP_USE_TLS (STARTTLS) and ORION_SMTP_USE_SSL exclude each other: unset one.")
    if any(has_login) and not all(has_login):
        raise SettingsError("ORION_SMTP_USER and ORION_SMTP_PASSWORD go together: set both, or neither.")
