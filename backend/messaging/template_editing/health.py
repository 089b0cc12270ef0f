"""Whether every text that may be sent can be sent."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from backend.messaging.template_editing.queries import content_of, stored_texts
from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.checks import check_content
from backend.messaging.templates.faults import TemplateInvalid
from i18n.locales import LANGUAGES


@dataclass(frozen=True, slots=True)
class TextProblem:
    code: str
    language: str
    problem: Literal["missing", "invalid"]
    details: list[str]


async def check_templates(session: AsyncSession) -> list[TextProblem]:
    """The platform's texts that are not stored, and those that cannot be sent in every sample."""
    rows, problems = await stored_texts(session, list(TEMPLATES)), list[TextProblem]()
    for code, template in TEMPLATES.items():
        for language in LANGUAGES:
            row = rows.get((code, language))
            if row is None:
                problems.append(TextProblem(code, language, "missing", []))
                continue
            try:
                check_content(template, content_of(row), language)
            except TemplateInvalid as invalid:
                details = [f"{fault.field}:{fault.line}:{fault.column} {fault.code}" for fault in invalid.faults]
                problems.append(TextProblem(code, language, "invalid", details))
    return problems
