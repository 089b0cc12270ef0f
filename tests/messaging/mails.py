"""A mail and settings for tests of providers."""

from typing import Any
from uuid import UUID

from msgspec.structs import replace

from backend.core.mail_settings import MailSettings
from backend.messaging.providers.ports import OutgoingMail
from tests.doubles.mail_server import MailServer
from tests.doubles.smtp import PostOffice

MAIL = OutgoingMail(UUID(int=7), "zoe@example.com", "Café Aurora", "de", "Ihre Karte für Zoë", "Größe")


def by_smtp(office: PostOffice | MailServer, **values: Any) -> MailSettings:
    return replace(MailSettings(), email_provider="smtp", smtp_port=office.port, smtp_timeout_seconds=5, **values)
