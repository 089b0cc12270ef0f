"""Queues a text that is being edited as a test to the user who edits it."""

from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.core.origin import Origin, PlatformOrigin
from backend.messaging.columns import mail_columns
from backend.messaging.models import EmailLog, PlatformMail
from backend.messaging.template_editing.checking import render_sample
from backend.messaging.templates.declaration import MailTemplate
from backend.messaging.templates.faults import TemplateContent
from backend.messaging.templates.layout import MailBrand

MARK = "[Test]"
"""In front of the subject; the same in every language."""


def queue_test(
    session: AsyncSession,
    origin: Origin | PlatformOrigin,
    template: MailTemplate[Any],
    content: TemplateContent,
    language: str,
    *,
    sample: str,
    recipient: str,
    platform_name: str,
    brand: MailBrand | None = None,
) -> None:
    """The content has been checked. `brand`: the merchant's, for a merchant's text."""
    mail = render_sample(template, content, language, sample, brand=brand, platform_name=platform_name)
    columns = mail_columns(template, language, replace(mail, subject=f"{MARK} {mail.subject}"), None)
    columns |= {"id": new_id(), "recipient": recipient, "available_at": origin.now, "created_at": origin.now}
    if isinstance(origin, Origin):
        session.add(EmailLog(merchant_id=origin.merchant_id, **columns))
    else:
        session.add(PlatformMail(**columns))
