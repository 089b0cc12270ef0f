"""One template in one language, for the handlers of routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from litestar.di import NamedDependency

from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.origin import Origin
from backend.messaging.template_editing.own_actions import OwnTemplateEditor
from backend.messaging.template_editing.problems import EmailTemplateNotFound
from backend.messaging.template_editing.queries import get_loyalty_template

ONE = (*SIGNED_IN, EmailTemplateNotFound)


@dataclass(frozen=True, slots=True)
class OwnTemplateEditing:
    sessions: Sessions
    origin: Origin

    @asynccontextmanager
    async def of(self, code: str, language: str) -> AsyncIterator[OwnTemplateEditor]:
        """One transaction. Raises EmailTemplateNotFound."""
        template = get_loyalty_template(code, language)
        async with self.sessions.committing(self.origin.merchant_id) as session:
            yield OwnTemplateEditor(session, self.origin, template, language)


def provide_editing(sessions: NamedDependency[Sessions], origin: NamedDependency[Origin]) -> OwnTemplateEditing:
    return OwnTemplateEditing(sessions, origin)
