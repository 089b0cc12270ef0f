"""Brings the platform's texts to the declared ones, and keeps what people have edited."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.messaging.template_editing.models import EmailTemplate
from backend.messaging.template_editing.queries import stored_text, stored_texts
from backend.messaging.template_editing.rules import content_hash, is_edited
from backend.messaging.template_editing.writing import LOCK, TextKey, write_text
from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.render import default_content
from i18n.locales import LANGUAGES, SOURCE_LANGUAGE


@dataclass(slots=True)
class SeedReport:
    added: list[TextKey] = field(default_factory=list)
    updated: list[TextKey] = field(default_factory=list)
    kept: list[TextKey] = field(default_factory=list)
    """Edited ones, of which a newer declared text exists."""
    unchanged: int = 0


async def seed_templates(session: AsyncSession, now: datetime) -> SeedReport:
    """May run any number of times, also at once with another: the second waits for the first."""
    await session.execute(LOCK)
    rows, report = await stored_texts(session, list(TEMPLATES)), SeedReport()
    for code in TEMPLATES:
        # English first: the others note its version.
        for language in sorted(LANGUAGES, key=lambda each: each != SOURCE_LANGUAGE):
            await _seed(session, (code, language), rows, report, now)
    return report


async def _seed(
    session: AsyncSession, key: TextKey, rows: dict[TextKey, EmailTemplate], report: SeedReport, now: datetime
) -> None:
    code, language = key
    default, row = default_content(TEMPLATES[code], language), rows.get(key)
    text = stored_text(row)
    if text is not None and content_hash(default) == text.default_hash:
        report.unchanged += 1
    elif text is not None and is_edited(text):
        report.kept.append(key)
    else:
        (report.added if row is None else report.updated).append(key)
        rows[key] = await write_text(session, row, key, default, rows.get((code, SOURCE_LANGUAGE)), now=now)
