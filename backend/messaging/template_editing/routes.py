"""The platform's email templates, for its administrators."""

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import MANAGE_TEMPLATES
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import PlatformOrigin
from backend.core.problems import ValidationFailed
from backend.core.versions import IfMatch, PreconditionRequired, Stale, versioned
from backend.messaging.template_editing.actions import list_templates
from backend.messaging.template_editing.editing import ONE, TemplateEditing, provide_editing
from backend.messaging.template_editing.problems import (
    TemplateRefused,
    TemplateVersionNotFound,
)
from backend.messaging.template_editing.schemas.templates import TemplateDetail, TemplateList
from backend.messaging.template_editing.schemas.texts import TemplateHistory, TemplateRestore, TemplateText

READS = (for_platform(MANAGE_TEMPLATES),)
WRITES = (all_of(for_platform(MANAGE_TEMPLATES), limited("change_templates", 60)),)
VERSIONED = (*ONE, PreconditionRequired, Stale, TemplateRefused, ValidationFailed)


class AdminTemplateController(Controller):
    path = "/email-templates"
    tags = ["Email templates"]
    dependencies = {"editing": Provide(provide_editing, sync_to_thread=False)}

    @get(
        operation_id="listEmailTemplates",
        summary="All templates, with the state of their text in each language",
        guards=READS,
        responses=refusals(*SIGNED_IN),
    )
    async def all(
        self, sessions: NamedDependency[Sessions], platform_origin: NamedDependency[PlatformOrigin]
    ) -> TemplateList:
        async with sessions.committing() as session:
            return await list_templates(session, platform_origin.language)

    @get(
        "/{code:str}/{language:str}",
        operation_id="getEmailTemplate",
        summary="One template in one language, as it is edited",
        guards=READS,
        responses={200: success(TemplateDetail)} | refusals(*ONE),
    )
    async def one(
        self, code: FromPath[str], language: FromPath[str], editing: NamedDependency[TemplateEditing]
    ) -> Response[TemplateDetail]:
        async with editing.of(code, language) as editor:
            return versioned(await editor.detail())

    @put(
        "/{code:str}/{language:str}",
        operation_id="changeEmailTemplate",
        summary="Save the text of a template",
        description="Refused unless it can be sent in every sample. It is in force for the next email.",
        guards=WRITES,
        responses={200: success(TemplateDetail)} | refusals(*VERSIONED),
    )
    async def change(
        self,
        code: FromPath[str],
        language: FromPath[str],
        data: JSONBody[TemplateText],
        editing: NamedDependency[TemplateEditing],
        if_match: IfMatch = None,
    ) -> Response[TemplateDetail]:
        async with editing.of(code, language) as editor:
            view = await editor.save(data, if_match)
        return versioned(view)

    @delete(
        "/{code:str}/{language:str}",
        operation_id="resetEmailTemplate",
        summary="Delete the stored text: the one that Orion brings is in force again",
        guards=WRITES,
        status_code=200,
        responses={200: success(TemplateDetail)} | refusals(*VERSIONED),
    )
    async def reset(
        self,
        code: FromPath[str],
        language: FromPath[str],
        editing: NamedDependency[TemplateEditing],
        if_match: IfMatch = None,
    ) -> Response[TemplateDetail]:
        async with editing.of(code, language) as editor:
            view = await editor.reset(if_match)
        return versioned(view)

    @get(
        "/{code:str}/{language:str}/versions",
        operation_id="listEmailTemplateVersions",
        summary="The texts that are or were in force, newest first",
        guards=READS,
        responses=refusals(*ONE),
    )
    async def versions(
        self, code: FromPath[str], language: FromPath[str], editing: NamedDependency[TemplateEditing]
    ) -> TemplateHistory:
        async with editing.of(code, language) as editor:
            return await editor.history()

    @post(
        "/{code:str}/{language:str}/restore",
        operation_id="restoreEmailTemplate",
        summary="Put an earlier text in force as the newest version",
        guards=WRITES,
        status_code=200,
        responses={200: success(TemplateDetail)} | refusals(*VERSIONED, TemplateVersionNotFound),
    )
    async def restore(
        self,
        code: FromPath[str],
        language: FromPath[str],
        data: JSONBody[TemplateRestore],
        editing: NamedDependency[TemplateEditing],
        if_match: IfMatch = None,
    ) -> Response[TemplateDetail]:
        async with editing.of(code, language) as editor:
            view = await editor.restore(data.version, if_match)
        return versioned(view)
