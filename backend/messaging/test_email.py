"""The test email lists the configuration with which it is sent, taken from the value that delivery uses."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.core.mail_settings import MailSettings
from backend.messaging.columns import mail_columns
from backend.messaging.models import PlatformMail
from backend.messaging.providers.ports import OutgoingMail
from backend.messaging.providers.smtp import security_of
from backend.messaging.template_editing.rendering import render_in_force
from backend.messaging.templates.catalog.test_email import TEST_EMAIL, ConfigurationFacts, TestValues
from backend.messaging.templates.layout import MailBrand
from backend.messaging.templates.render import RenderedMail
from i18n.translator import N_, PN_, get_translator

PROVIDER_KEYS = {
    "smtp": ("smtp_host", "smtp_port", "smtp_security", "smtp_user"),
    "sendgrid": ("sendgrid_api_url",),
    "console": (),
}
SENDER_KEYS = ("email_from_address", "email_from_name", "email_reply_to")
FACTS = {
    "email_provider": "provider",
    "smtp_host": "host",
    "smtp_port": "port",
    "smtp_security": "encryption",
    "smtp_user": "user",
    "sendgrid_api_url": "host",
    "email_from_address": "sender_address",
    "email_from_name": "sender_name",
    "email_reply_to": "reply_to",
}
SOURCES = {
    "database": PN_("source of a setting", "database"),
    "environment": PN_("source of a setting", "environment"),
    "default": PN_("source of a setting", "default"),
    "form": N_("entered, not saved"),
}
SECURITY = {"tls": "TLS", "starttls": "STARTTLS", "none": ""}


class UsedSetting(NamedTuple):
    key: str
    value: str
    source: str
    """A source of a setting, or `form` for a value that was entered and not saved."""


def used_settings(mail: MailSettings, sources: Mapping[str, str], platform_name: str) -> list[UsedSetting]:
    """The settings that decide how an email is sent; none is secret. `platform_name`: stands for an empty name."""
    mail = msgspec.structs.replace(mail, email_from_name=mail.email_from_name or platform_name)
    keys = ("email_provider", *PROVIDER_KEYS[mail.email_provider], *SENDER_KEYS)
    return [_used(mail, sources, key) for key in keys]


async def write_test_email(
    session: AsyncSession,
    mail: MailSettings,
    sources: Mapping[str, str],
    *,
    recipient: str,
    language: str,
    platform_name: str,
) -> OutgoingMail:
    """A test email that is sent at once, without the queue."""
    rendered, _ = await _rendered(session, mail, sources, language, platform_name)
    return OutgoingMail(
        new_id(),
        recipient,
        mail.email_from_name or platform_name,
        language,
        rendered.subject,
        rendered.body_text,
        body_html=rendered.body_html,
    )


async def queue_test_email(
    session: AsyncSession,
    mail: MailSettings,
    sources: Mapping[str, str],
    *,
    recipient: str,
    language: str,
    platform_name: str,
    now: datetime,
) -> UUID:
    """Queues a test email like any other. `rewrite_test_email` writes its text when it is sent."""
    mail_id = new_id()
    row = PlatformMail(
        id=mail_id,
        recipient=recipient,
        available_at=now,
        created_at=now,
        **await _columns(session, mail, sources, language, platform_name),
    )
    session.add(row)
    return mail_id


async def rewrite_test_email(
    session: AsyncSession, row: PlatformMail, mail: MailSettings, sources: Mapping[str, str], platform_name: str
) -> None:
    """Writes the text of a queued test email anew, for the configuration by which it is sent now."""
    columns = await _columns(session, mail, sources, row.language, platform_name)
    texts = {name: columns[name] for name in ("subject", "body_text", "body_html")}
    await session.execute(update(PlatformMail).where(PlatformMail.id == row.id).values(texts))
    row.subject, row.body_text, row.body_html = texts["subject"], texts["body_text"], texts["body_html"]


async def _columns(
    session: AsyncSession, mail: MailSettings, sources: Mapping[str, str], language: str, platform_name: str
) -> dict[str, Any]:
    rendered, version = await _rendered(session, mail, sources, language, platform_name)
    return mail_columns(TEST_EMAIL, language, rendered, version)


async def _rendered(
    session: AsyncSession, mail: MailSettings, sources: Mapping[str, str], language: str, platform_name: str
) -> tuple[RenderedMail, int | None]:
    say = get_translator(language).gettext
    facts: dict[str, Any] = dict.fromkeys(FACTS.values())
    for used in used_settings(mail, sources, platform_name):
        facts[FACTS[used.key]] = f"{used.value or '–'} ({say(SOURCES[used.source])})"
    values, brand = TestValues(ConfigurationFacts(**facts)), MailBrand(name=platform_name)
    return await render_in_force(session, TEST_EMAIL, values, language, brand=brand, platform_name=platform_name)


def _used(mail: MailSettings, sources: Mapping[str, str], key: str) -> UsedSetting:
    if key != "smtp_security":
        return UsedSetting(key, str(getattr(mail, key)), sources[key])
    flag = "smtp_use_ssl" if mail.smtp_use_ssl else "smtp_use_tls"
    return UsedSetting(key, SECURITY[security_of(mail)], sources[flag])
