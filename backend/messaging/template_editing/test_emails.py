"""Queues a text that is being edited as a test to the user who edits it."""

from typing import Any
from uuid import UUID

import structlog
from arq.connections import ArqRedis
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.core.origin import Origin, PlatformOrigin
from backend.core.queue import SEND_MAILS, wake
from backend.messaging.models import EmailLog, PlatformMail
from backend.messaging.template_editing.checking import render_sample
from backend.messaging.templates.declaration import MailTemplate
from backend.messaging.templates.faults import TemplateContent
from backend.messaging.templates.layout import MailBrand

MARK = "[Test]"
"""In front of the subject; the same in every language."""

log = structlog.get_logger()


def queue_test(
    session: AsyncSession,
    origin: Origin | PlatformOrigin,
    template: MailTemplate[Any],
    content: TemplateContent,
    language: str,
    *,
    sample: str,
    recipient: str,
    brand: MailBrand | None = None,
) -> UUID:
    """The id of the queued email. The content has been checked. `brand`: the merchant's, for a merchant's text."""
    email_id, mail = new_id(), render_sample(template, content, language, sample, brand)
    columns = {
        "id": email_id,
        "template_code": template.code,
        "language": language,
        "recipient": recipient,
        "subject": f"{MARK} {mail.subject}",
        "body_text": mail.body_text,
        "available_at": origin.now,
        "created_at": origin.now,
    }
    if isinstance(origin, Origin):
        session.add(EmailLog(merchant_id=origin.merchant_id, **columns))
    else:
        session.add(PlatformMail(**columns))
    return email_id


async def wake_mailer(queue: ArqRedis) -> None:
    """Call it after the commit. Raises nothing: queued emails are also sent by the clock."""
    try:
        await wake(queue, SEND_MAILS)
    except (RedisError, OSError) as error:
        log.warning("worker_wakeup_failed", error=type(error).__name__, consequence="the email is sent a little later")
