"""Renders an email with a text that is in force."""

from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from backend.messaging.template_editing.queries import TextInForce, text_in_force
from backend.messaging.templates.declaration import MailTemplate, ValuesT
from backend.messaging.templates.faults import TemplateInvalid
from backend.messaging.templates.layout import MailBrand
from backend.messaging.templates.render import RenderedMail, render

log = structlog.get_logger()


async def render_in_force(
    session: AsyncSession,
    template: MailTemplate[ValuesT],
    values: ValuesT,
    language: str,
    *,
    brand: MailBrand,
    platform_name: str,
    merchant_id: UUID | None = None,
    unsubscribe_url: str | None = None,
) -> tuple[RenderedMail, int | None]:
    """Like `render_text`, with the text that is in force at this moment."""
    text = await text_in_force(session, template, language, merchant_id)
    look: dict[str, Any] = {"brand": brand, "platform_name": platform_name, "unsubscribe_url": unsubscribe_url}
    return render_text(text, template, values, language, **look)


def render_text(
    text: TextInForce,
    template: MailTemplate[ValuesT],
    values: ValuesT,
    language: str,
    *,
    brand: MailBrand,
    platform_name: str,
    unsubscribe_url: str | None = None,
) -> tuple[RenderedMail, int | None]:
    """The email, and the version of the platform's text; None when the declared one was used.

    A stored text that an earlier Orion has accepted and this one does not is replaced by the declared one.
    """
    write = partial(
        render, template, values, language, brand=brand, platform_name=platform_name, unsubscribe_url=unsubscribe_url
    )
    try:
        return write(content=text.content), text.version
    except TemplateInvalid as invalid:
        log.warning("template_invalid", template=template.code, language=language, faults=str(invalid))
        return write(), None
