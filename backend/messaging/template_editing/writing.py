"""Puts a text in force, and adds it to the history."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.messaging.template_editing.models import (
    EmailTemplate,
    EmailTemplateOverride,
    EmailTemplateOverrideVersion,
    EmailTemplateVersion,
)
from backend.messaging.template_editing.rules import OwnContent, content_hash
from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.faults import TemplateContent
from backend.messaging.templates.render import default_content
from i18n.locales import SOURCE_LANGUAGE

TextKey = tuple[str, str]
"""Code and language."""
LOCK = text("SELECT pg_advisory_xact_lock(hashtext('email_templates'))")
"""Held by all who write texts of the platform."""


async def write_text(
    session: AsyncSession,
    row: EmailTemplate | None,
    key: TextKey,
    content: TemplateContent,
    english: EmailTemplate | None,
    *,
    now: datetime,
    saved_by: str | None = None,
) -> EmailTemplate:
    """The platform's text. `row`: the present one, locked. `english`: that of the English text."""
    code, language = key
    version = row.version + 1 if row else 1
    fields = {**msgspec.structs.asdict(content), "version": version, "saved_at": now, "saved_by": saved_by}
    row = row or EmailTemplate(code=code, language=language)
    for name, value in fields.items():
        setattr(row, name, value)
    row.english_version = version if language == SOURCE_LANGUAGE else english.version if english else 0
    row.default_hash = content_hash(default_content(TEMPLATES[code], language))
    session.add(row)
    await session.flush()
    session.add(EmailTemplateVersion(code=code, language=language, **fields))
    return row


async def write_override(
    session: AsyncSession,
    row: EmailTemplateOverride | None,
    merchant_id: UUID,
    key: TextKey,
    content: OwnContent,
    *,
    platform_version: int,
    now: datetime,
    saved_by: str | None,
) -> EmailTemplateOverride:
    """A merchant's text. `row`: the present one, locked."""
    code, language = key
    version = row.version + 1 if row else 1
    fields = {**msgspec.structs.asdict(content), "version": version, "saved_at": now, "saved_by": saved_by}
    row = row or EmailTemplateOverride(merchant_id=merchant_id, id=new_id(), code=code, language=language)
    for name, value in fields.items():
        setattr(row, name, value)
    row.platform_version = platform_version
    session.add(row)
    await session.flush()
    session.add(EmailTemplateOverrideVersion(merchant_id=merchant_id, code=code, language=language, **fields))
    return row
