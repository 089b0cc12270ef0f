"""The platform's texts: read, save, restore and reset. Each change is a new version and is audited."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_platform_change
from backend.core.origin import PlatformOrigin
from backend.core.versions import Stale, is_current
from backend.messaging.template_editing.checking import checked, content_from
from backend.messaging.template_editing.models import EmailTemplate, EmailTemplateVersion
from backend.messaging.template_editing.problems import TemplateVersionNotFound
from backend.messaging.template_editing.queries import content_of, find_row, stored_texts
from backend.messaging.template_editing.schemas.templates import TemplateDetail, TemplateList, TemplateSummary
from backend.messaging.template_editing.schemas.texts import TemplateHistory, TemplateText
from backend.messaging.template_editing.views import coverage, info, variables, version_view
from backend.messaging.template_editing.writing import LOCK, write_text
from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.declaration import MailTemplate
from backend.messaging.templates.faults import TemplateContent
from backend.messaging.templates.render import default_content
from i18n.locales import SOURCE_LANGUAGE

VERSIONS_SHOWN = 50


async def list_templates(session: AsyncSession, reader: str) -> TemplateList:
    rows = await stored_texts(session, list(TEMPLATES))
    return TemplateList([
        TemplateSummary(**info(template, reader), languages=coverage(template, rows)) for template in TEMPLATES.values()
    ])  # fmt: skip


@dataclass(frozen=True, slots=True)
class TemplateEditor:
    """One template in one language, in the caller's transaction."""

    session: AsyncSession
    origin: PlatformOrigin
    template: MailTemplate[Any]
    language: str

    async def detail(self) -> TemplateDetail:
        rows = await stored_texts(self.session, [self.template.code])
        row = rows.get((self.template.code, self.language))
        content = content_of(row) if row else self.default
        return TemplateDetail(
            **info(self.template, self.origin.language),
            language=self.language,
            **msgspec.structs.asdict(content),
            version=row.version if row else 0,
            variables=variables(self.template, self.language, self.origin.language),
            languages=coverage(self.template, rows),
        )

    async def save(self, text: TemplateText, if_match: str | None) -> TemplateDetail:
        """Raises PreconditionRequired, Stale or TemplateRefused."""
        row = await self._lock(if_match)
        return await self._write(row, content_from(text), "email_template.changed")

    async def reset(self, if_match: str | None) -> TemplateDetail:
        """Back to the declared text. Raises PreconditionRequired or Stale."""
        row = await self._lock(if_match)
        return await self._write(row, self.default, "email_template.reset")

    async def restore(self, version: int, if_match: str | None) -> TemplateDetail:
        """An earlier text becomes the newest one. Raises TemplateVersionNotFound, and what `save` raises."""
        row = await self._lock(if_match)
        earlier = await self.session.get(EmailTemplateVersion, (self.template.code, self.language, version))
        if earlier is None:
            raise TemplateVersionNotFound
        return await self._write(row, content_of(earlier), "email_template.restored")

    async def history(self) -> TemplateHistory:
        own = EmailTemplateVersion.code == self.template.code, EmailTemplateVersion.language == self.language
        newest = select(EmailTemplateVersion).where(*own).order_by(EmailTemplateVersion.version.desc())
        return TemplateHistory([version_view(row) for row in await self.session.scalars(newest.limit(VERSIONS_SHOWN))])

    @property
    def default(self) -> TemplateContent:
        return default_content(self.template, self.language)

    async def _lock(self, if_match: str | None) -> EmailTemplate | None:
        await self.session.execute(LOCK)
        row = await find_row(self.session, self.template.code, self.language, is_locked=True)
        if not is_current(if_match, row.version if row else 0):
            raise Stale(
                version=row.version if row else 0,
                changed_at=row.saved_at if row else None,
                changed_by=row.saved_by if row else None,
            )
        return row

    async def _write(self, row: EmailTemplate | None, content: TemplateContent, action: str) -> TemplateDetail:
        """A text that has not changed is a new version too: somebody says that it fits the English one."""
        checked(self.template, content, self.language, self.origin.language)
        before = content_of(row) if row else self.default
        code, language = self.template.code, self.language
        english = await find_row(self.session, code, SOURCE_LANGUAGE)
        who = {"now": self.origin.now, "saved_by": self.origin.user_name}
        await write_text(self.session, row, (code, language), content, english, **who)  # type: ignore[arg-type]
        record_platform_change(
            self.session, self.origin, action, subject=f"{code}/{language}",
            before=msgspec.structs.asdict(before), after=msgspec.structs.asdict(content),
        )  # fmt: skip
        return await self.detail()
