"""The settings for mail."""

from ipaddress import ip_address
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from environment.reading import SettingsError
from environment.values import HostName, MailAddress, Name, OneLine, Port, SecretLine, SecretToken, Token, Url


class MailSettings(msgspec.Struct, frozen=True, kw_only=True):
    email_provider: Literal["smtp", "sendgrid", "console"] = "console"
    email_from_address: MailAddress = "cards@orion.example"
    email_from_name: Name = ""
    """Empty: the name of the platform."""
    email_reply_to: MailAddress = ""
    smtp_host: HostName = "127.0.0.1"
    """Without STARTTLS and TLS it must name this machine."""
    smtp_port: Port = 587
    smtp_user: OneLine = ""
    smtp_password: SecretLine = ""
    smtp_use_tls: bool = False
    """STARTTLS, as on port 587."""
    smtp_use_ssl: bool = False
    """TLS from the first byte, as on port 465."""
    smtp_timeout_seconds: Annotated[int, Meta(ge=1, le=60)] = 15
    """Time limit for each answer of the mail server; a whole mail may take four times as long."""
    sendgrid_api_key: SecretToken = ""
    sendgrid_api_url: Url = "https://api.sendgrid.com"
    sendgrid_webhook_public_key: Token = ""
    """Verifies SendGrid's reports of bounces; from its page Mail Settings, Event Webhook, Signature Verification."""
    email_rate_per_second: Annotated[int, Meta(ge=1, le=1000)] = 10
    """Mails handed to the provider per second, by all processes together."""
    email_give_up_hours: Annotated[int, Meta(ge=1, le=240)] = 72
    """Age at which a mail that could not be handed over fails for good."""


def check_mail(settings: MailSettings, *, is_production: bool = False) -> None:
    """Raises SettingsError when the settings contradict each other or, in production, have no sender of their own."""
    has_login = [bool(settings.smtp_user), bool(settings.smtp_password)]
    names_server = settings.smtp_host != MailSettings().smtp_host or any(has_login)
    if settings.email_provider == "console" and (names_server or settings.sendgrid_api_key):
        provider = "smtp" if names_server else "sendgrid"
        sentence = f"ORION_EMAIL_PROVIDER is console, so no mail leaves: set it to {provider}."
        raise SettingsError(sentence, field="email_provider", code="provider_sends_nothing", provider=provider)
    if settings.email_provider == "sendgrid" and not settings.sendgrid_api_key:
        sentence = "ORION_SENDGRID_API_KEY is not set although ORION_EMAIL_PROVIDER is sendgrid."
        raise SettingsError(sentence, field="sendgrid_api_key", code="sendgrid_key_required")
    if settings.smtp_use_tls and settings.smtp_use_ssl:
        sentence = "ORION_SMTP_USE_TLS (STARTTLS) and ORION_SMTP_USE_SSL exclude each other: unset one."
        raise SettingsError(sentence, field="smtp_use_ssl", code="tls_twice")
    if any(has_login) and not all(has_login):
        sentence = "ORION_SMTP_USER and ORION_SMTP_PASSWORD go together: set both, or neither."
        missing = "smtp_password" if settings.smtp_user else "smtp_user"
        raise SettingsError(sentence, field=missing, code="login_incomplete")
    is_encrypted = settings.smtp_use_tls or settings.smtp_use_ssl
    if settings.email_provider == "smtp" and not is_encrypted and not is_this_machine(settings.smtp_host):
        sentence = (
            "ORION_SMTP_HOST is another machine and mail would travel unencrypted: set ORION_SMTP_USE_TLS=true "
            "(port 587) or ORION_SMTP_USE_SSL=true (port 465)."
        )
        raise SettingsError(sentence, field="smtp_use_tls", code="encryption_required")
    if is_production and settings.email_provider != "console" and _has_no_sender(settings):
        sentence = "ORION_EMAIL_FROM_ADDRESS is required in production when mails are sent, and is not set."
        raise SettingsError(sentence, field="email_from_address", code="sender_required")


def is_this_machine(host: str) -> bool:
    """Whether the name or address stands for the loopback interface."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        name = host.lower().rstrip(".")
        return name == "localhost" or name.endswith(".localhost")


def _has_no_sender(settings: MailSettings) -> bool:
    return settings.email_from_address == MailSettings().email_from_address
