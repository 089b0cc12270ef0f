"""One template in one language, for the handlers of routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from litestar.di import NamedDependency

from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.origin import PlatformOrigin
from backend.messaging.template_editing.actions import TemplateEditor
from backend.messaging.template_editing.problems import EmailTemplateNotFound
from backend.messaging.template_editing.queries import get_template

ONE = (*SIGNED_IN, EmailTemplateNotFound)


@dataclass(frozen=True, slots=True)
class TemplateEditing:
    sessions: Sessions
    origin: PlatformOrigin

    @asynccontextmanager
    async def of(self, code: str, language: str) -> AsyncIterator[TemplateEditor]:
        """One transaction. Raises EmailTemplateNotFound."""
        template = get_template(code, language)
        async with self.sessions.committing() as session:
            yield TemplateEditor(session, self.origin, template, language)


def provide_editing(
    sessions: NamedDependency[Sessions], platform_origin: NamedDependency[PlatformOrigin]
) -> TemplateEditing:
    return TemplateEditing(sessions, platform_origin)
