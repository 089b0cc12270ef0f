"""Whether every text that may be sent can be sent."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from backend.messaging.template_editing.queries import content_of, stored_texts
from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.checks import check_content
from backend.messaging.templates.faults import TemplateContent, TemplateInvalid
from i18n.locales import LANGUAGES


@dataclass(frozen=True, slots=True)
class TextProblem:
    code: str
    language: str
    problem: Literal["missing", "invalid"]
    details: list[str]


async def check_templates(session: AsyncSession) -> list[TextProblem]:
    """The platform's texts that are not stored, and those that cannot be sent in every sample.

    Trying a text takes milliseconds: each is tried once per process, beside the event loop.
    """
    rows = await stored_texts(session, list(TEMPLATES))
    contents = {key: content_of(row) for key, row in rows.items()}
    return await asyncio.to_thread(lambda: list(_problems(contents)))


def _problems(contents: Mapping[tuple[str, str], TemplateContent]) -> Iterator[TextProblem]:
    for code in TEMPLATES:
        for language in LANGUAGES:
            content = contents.get((code, language))
            if content is None:
                yield TextProblem(code, language, "missing", [])
            elif faults := _faults(code, language, content):
                yield TextProblem(code, language, "invalid", faults)


@lru_cache(maxsize=1000)
def _faults(code: str, language: str, content: TemplateContent) -> list[str]:
    try:
        check_content(TEMPLATES[code], content, language)
    except TemplateInvalid as invalid:
        return [f"{fault.field}:{fault.line}:{fault.column} {fault.code}" for fault in invalid.faults]
    return []
