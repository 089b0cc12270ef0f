"""The test mail says with what configuration it was sent, and is written from the value that delivery is given."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.core.mail_settings import MailSettings
from backend.messaging.models import PlatformMail
from backend.settings.schemas import SettingSource
from i18n.translator import N_, get_translator

TEST_EMAIL = "test_email"
CONFIGURATION = "[[configuration]]"
"""Stands in a queued mail for the configuration, which is known when the mail is sent."""
SUBJECT = N_("Orion: test email")
BODY = N_(
    "This is a test email from Orion. It was sent with exactly this configuration:\n\n"
    "%(configuration)s\n\n"
    "When you can read this, email works."
)
PROVIDER_KEYS = {
    "smtp": ("smtp_host", "smtp_port", "smtp_security", "smtp_user"),
    "sendgrid": ("sendgrid_api_url",),
    "console": (),
}
SENDER_KEYS = ("email_from_address", "email_from_name", "email_reply_to")
LABELS = {
    "email_provider": N_("Provider"),
    "smtp_host": N_("Host"),
    "smtp_port": N_("Port"),
    "smtp_security": N_("Encryption"),
    "smtp_user": N_("User"),
    "sendgrid_api_url": N_("API address"),
    "email_from_address": N_("Sender’s address"),
    "email_from_name": N_("Sender’s name"),
    "email_reply_to": N_("Replies to"),
}
SOURCES: dict[str, str] = {
    "database": N_("database"),
    "environment": N_("environment"),
    "default": N_("default"),
    "form": N_("entered, not saved"),
}
NONE = N_("none")


class UsedSetting(NamedTuple):
    key: str
    value: str
    source: str
    """A source of a setting, or `form` for a value that was entered and not saved."""


def used_settings(mail: MailSettings, sources: Mapping[str, SettingSource | str]) -> list[UsedSetting]:
    """The settings that decide how a mail is sent; none is secret."""
    keys = ("email_provider", *PROVIDER_KEYS[mail.email_provider], *SENDER_KEYS)
    return [_used(mail, sources, key) for key in keys]


def describe_configuration(mail: MailSettings, sources: Mapping[str, SettingSource | str], language: str) -> str:
    """A line for each setting."""
    say = get_translator(language).gettext
    return "\n".join(
        say(
            N_("%(label)s: %(value)s (%(source)s)"),
            label=say(LABELS[used.key]),
            value=used.value or say(NONE),
            source=say(SOURCES[used.source]),
        )
        for used in used_settings(mail, sources)
    )


def test_texts(language: str, configuration: str = CONFIGURATION) -> tuple[str, str]:
    """Subject and body."""
    say = get_translator(language).gettext
    return say(SUBJECT), say(BODY, configuration=configuration)


async def queue_test_mail(session: AsyncSession, *, recipient: str, language: str, now: datetime) -> UUID:
    """Queues a test mail like any other. What it says of the configuration is inserted when it is sent."""
    subject, body = test_texts(language)
    mail = PlatformMail(
        id=new_id(),
        template_code=TEST_EMAIL,
        language=language,
        recipient=recipient,
        subject=subject,
        body_text=body,
        available_at=now,
        created_at=now,
    )
    session.add(mail)
    await session.flush()
    return mail.id


def with_configuration(entry: PlatformMail, mail: MailSettings, sources: Mapping[str, SettingSource]) -> str:
    """The text of a queued test mail with the configuration by which it is sent now."""
    return entry.body_text.replace(CONFIGURATION, describe_configuration(mail, sources, entry.language))


def _used(mail: MailSettings, sources: Mapping[str, SettingSource | str], key: str) -> UsedSetting:
    if key != "smtp_security":
        return UsedSetting(key, str(getattr(mail, key)), sources[key])
    if mail.smtp_use_ssl:
        return UsedSetting(key, "TLS", sources["smtp_use_ssl"])
    return UsedSetting(key, "STARTTLS" if mail.smtp_use_tls else "", sources["smtp_use_tls"])
