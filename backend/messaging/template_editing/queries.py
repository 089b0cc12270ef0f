"""Reads the texts of templates: those in force, and those of earlier versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.messaging.template_editing.models import (
    EmailTemplate,
    EmailTemplateOverride,
    EmailTemplateOverrideVersion,
    EmailTemplateVersion,
)
from backend.messaging.template_editing.problems import EmailTemplateNotFound
from backend.messaging.template_editing.rules import OwnContent, StoredText
from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.declaration import MailTemplate
from backend.messaging.templates.faults import TemplateContent
from backend.messaging.templates.render import default_content
from i18n.locales import LANGUAGES


@dataclass(frozen=True, slots=True)
class TextInForce:
    content: TemplateContent
    version: int | None
    """Of the platform's text; None for the declared one."""


def get_template(code: str, language: str) -> MailTemplate[Any]:
    """Raises EmailTemplateNotFound."""
    if code not in TEMPLATES or language not in LANGUAGES:
        raise EmailTemplateNotFound
    return TEMPLATES[code]


def get_loyalty_template(code: str, language: str) -> MailTemplate[Any]:
    """One that merchants may override. Raises EmailTemplateNotFound."""
    template = get_template(code, language)
    if template.category != "loyalty":
        raise EmailTemplateNotFound
    return template


async def find_row(session: AsyncSession, code: str, language: str, *, is_locked: bool = False) -> EmailTemplate | None:
    query = select(EmailTemplate).where(EmailTemplate.code == code, EmailTemplate.language == language)
    row: EmailTemplate | None = await session.scalar(query.with_for_update() if is_locked else query)
    return row


async def find_override(
    session: AsyncSession, merchant_id: UUID, code: str, language: str, *, is_locked: bool = False
) -> EmailTemplateOverride | None:
    query = select(EmailTemplateOverride).where(
        EmailTemplateOverride.merchant_id == merchant_id,
        EmailTemplateOverride.code == code,
        EmailTemplateOverride.language == language,
    )
    row: EmailTemplateOverride | None = await session.scalar(query.with_for_update() if is_locked else query)
    return row


async def text_in_force(
    session: AsyncSession, template: MailTemplate[Any], language: str, merchant_id: UUID | None = None
) -> TextInForce:
    """The merchant's text, for what it leaves out the platform's, without one of either the declared one."""
    row = await find_row(session, template.code, language)
    override = await find_override(session, merchant_id, template.code, language) if merchant_id else None
    return _in_force(template, language, row, override)


async def texts_in_force(
    session: AsyncSession, template: MailTemplate[Any], merchant_id: UUID
) -> dict[str, TextInForce]:
    """`text_in_force` of every language, in two statements."""
    rows = await stored_texts(session, [template.code])
    overrides = await overrides_of(session, merchant_id, template.code)
    keys = {language: (template.code, language) for language in LANGUAGES}
    return {
        language: _in_force(template, language, rows.get(key), overrides.get(key)) for language, key in keys.items()
    }


def _in_force(
    template: MailTemplate[Any], language: str, row: EmailTemplate | None, override: EmailTemplateOverride | None
) -> TextInForce:
    content = content_of(row) if row else default_content(template, language)
    own = own_content(override) if override else OwnContent()
    return TextInForce(own.over(content), row.version if row else None)


async def stored_texts(session: AsyncSession, codes: Sequence[str]) -> dict[tuple[str, str], EmailTemplate]:
    """The platform's rows, by code and language."""
    rows = await session.scalars(select(EmailTemplate).where(EmailTemplate.code.in_(codes)))
    return {(row.code, row.language): row for row in rows}


def content_of(row: EmailTemplate | EmailTemplateVersion) -> TemplateContent:
    return TemplateContent(row.subject, row.preheader, row.body)


async def overrides_of(
    session: AsyncSession, merchant_id: UUID, *codes: str
) -> dict[tuple[str, str], EmailTemplateOverride]:
    """A merchant's rows, by code and language; of all codes when none is named."""
    query = select(EmailTemplateOverride).where(EmailTemplateOverride.merchant_id == merchant_id)
    rows = await session.scalars(query.where(EmailTemplateOverride.code.in_(codes)) if codes else query)
    return {(row.code, row.language): row for row in rows}


def own_content(row: EmailTemplateOverride | EmailTemplateOverrideVersion) -> OwnContent:
    return OwnContent(row.subject, row.preheader, row.body)


def stored_text(row: EmailTemplate | None) -> StoredText | None:
    return StoredText(content_of(row), row.version, row.english_version, row.default_hash) if row else None
