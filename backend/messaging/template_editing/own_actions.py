"""A merchant's own texts, which say what they change of the platform's. Each change is a new version and is audited."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.core.origin import Origin
from backend.core.versions import Stale, is_current
from backend.messaging.template_editing.checking import checked, content_from
from backend.messaging.template_editing.models import EmailTemplateOverride, EmailTemplateOverrideVersion
from backend.messaging.template_editing.problems import TemplateVersionNotFound
from backend.messaging.template_editing.queries import (
    content_of,
    find_override,
    find_row,
    overrides_of,
    own_content,
    stored_texts,
)
from backend.messaging.template_editing.rules import OwnContent
from backend.messaging.template_editing.schemas.templates import OwnTemplateDetail, OwnTemplateList, OwnTemplateSummary
from backend.messaging.template_editing.schemas.texts import OwnTemplateText, TemplateHistory
from backend.messaging.template_editing.views import info, own_coverage, own_fields, variables, version_view
from backend.messaging.template_editing.writing import write_override
from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.declaration import MailTemplate
from backend.messaging.templates.faults import TemplateContent
from backend.messaging.templates.render import default_content

VERSIONS_SHOWN = 50
NOTHING_OWN = OwnContent()


async def list_own_templates(session: AsyncSession, origin: Origin) -> OwnTemplateList:
    """Those for customers of the merchant."""
    templates = [template for template in TEMPLATES.values() if template.category == "loyalty"]
    rows = await stored_texts(session, [template.code for template in templates])
    overrides = await overrides_of(session, origin.merchant_id)
    return OwnTemplateList([
        OwnTemplateSummary(**info(template, origin.language), languages=own_coverage(template, rows, overrides))
        for template in templates
    ])  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnTemplateEditor:
    """One template in one language, in the caller's transaction."""

    session: AsyncSession
    origin: Origin
    template: MailTemplate[Any]
    language: str

    async def detail(self) -> OwnTemplateDetail:
        rows = await stored_texts(self.session, [self.template.code])
        overrides = await overrides_of(self.session, self.origin.merchant_id)
        override = overrides.get((self.template.code, self.language))
        content = (own_content(override) if override else NOTHING_OWN).over((await self._platform())[0])
        return OwnTemplateDetail(
            **info(self.template, self.origin.language),
            language=self.language,
            **msgspec.structs.asdict(content),
            version=override.version if override else 0,
            variables=variables(self.template, self.language, self.origin.language),
            own=own_fields(override),
            languages=own_coverage(self.template, rows, overrides),
        )

    async def save(self, text: OwnTemplateText, if_match: str | None) -> OwnTemplateDetail:
        """What equals the platform's text stays the platform's.

        Raises PreconditionRequired, Stale or TemplateRefused.
        """
        row = await self._lock(if_match)
        inherited, _ = await self._platform()
        whole = content_from(OwnContent(text.subject, text.preheader, text.body).over(inherited))
        own = {
            name: value
            for name, value in msgspec.structs.asdict(whole).items()
            if getattr(text, name) is not None and value != getattr(inherited, name)
        }
        return await self._write(row, OwnContent(**own), "email_template.changed")

    async def reset(self, if_match: str | None) -> OwnTemplateDetail:
        """Back to the platform's text. Raises PreconditionRequired or Stale."""
        return await self._write(await self._lock(if_match), NOTHING_OWN, "email_template.reset")

    async def restore(self, version: int, if_match: str | None) -> OwnTemplateDetail:
        """An earlier text becomes the newest one. Raises TemplateVersionNotFound, and what `save` raises."""
        row = await self._lock(if_match)
        key = (self.origin.merchant_id, self.template.code, self.language, version)
        earlier = await self.session.get(EmailTemplateOverrideVersion, key)
        if earlier is None:
            raise TemplateVersionNotFound
        return await self._write(row, own_content(earlier), "email_template.restored")

    async def history(self) -> TemplateHistory:
        versions = EmailTemplateOverrideVersion
        own = (
            versions.merchant_id == self.origin.merchant_id,
            versions.code == self.template.code,
            versions.language == self.language,
        )
        newest = select(versions).where(*own).order_by(versions.version.desc()).limit(VERSIONS_SHOWN)
        return TemplateHistory([version_view(row) for row in await self.session.scalars(newest)])

    async def _platform(self) -> tuple[TemplateContent, int]:
        """The text that the platform has in force, and its version."""
        row = await find_row(self.session, self.template.code, self.language)
        return (content_of(row), row.version) if row else (default_content(self.template, self.language), 0)

    async def _lock(self, if_match: str | None) -> EmailTemplateOverride | None:
        merchant_id = self.origin.merchant_id
        name = f"email_template_overrides:{merchant_id}"
        await self.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
        row = await find_override(self.session, merchant_id, self.template.code, self.language)
        if not is_current(if_match, row.version if row else 0):
            raise Stale(
                version=row.version if row else 0,
                changed_at=row.saved_at if row else None,
                changed_by=row.saved_by if row else None,
            )
        return row

    async def _write(self, row: EmailTemplateOverride | None, own: OwnContent, action: str) -> OwnTemplateDetail:
        inherited, platform_version = await self._platform()
        checked(self.template, own.over(inherited), self.language, self.origin.language)
        before = own_content(row) if row else NOTHING_OWN
        saved = await write_override(
            self.session, row, self.origin.merchant_id, (self.template.code, self.language), own,
            platform_version=platform_version, now=self.origin.now,
            saved_by=self.origin.user_name or self.origin.on_behalf_name,
        )  # fmt: skip
        # Always named: the subject is this merchant's row, which nobody knows by its id.
        after = {"template": f"{self.template.code}/{self.language}"} | msgspec.structs.asdict(own)
        record_change(
            self.session, self.origin, action, subject_id=saved.id, before=msgspec.structs.asdict(before), after=after
        )
        return await self.detail()
