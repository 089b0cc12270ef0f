"""A merchant's own texts of emails to customers, for its owner."""

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_merchant, limited
from backend.access.permissions import MANAGE_TEMPLATES
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.versions import IfMatch, PreconditionRequired, Stale, versioned
from backend.loyalty.email_templates.editing import ONE, OwnTemplateEditing, provide_editing
from backend.messaging.template_editing.own_actions import list_own_templates
from backend.messaging.template_editing.problems import (
    TemplateRefused,
    TemplateVersionNotFound,
)
from backend.messaging.template_editing.schemas.templates import OwnTemplateDetail, OwnTemplateList
from backend.messaging.template_editing.schemas.texts import OwnTemplateText, TemplateHistory, TemplateRestore

READS = (for_merchant(MANAGE_TEMPLATES),)
WRITES = (all_of(for_merchant(MANAGE_TEMPLATES), limited("change_own_templates", 60)),)
VERSIONED = (*ONE, PreconditionRequired, Stale, TemplateRefused, ValidationFailed)


class MerchantTemplateController(Controller):
    path = "/email-templates"
    tags = ["Email templates"]
    dependencies = {"editing": Provide(provide_editing, sync_to_thread=False)}

    @get(
        operation_id="listOwnEmailTemplates",
        summary="Emails to customers, with what is the merchant’s own in each language",
        guards=READS,
        responses=refusals(*SIGNED_IN),
    )
    async def all(self, sessions: NamedDependency[Sessions], origin: NamedDependency[Origin]) -> OwnTemplateList:
        async with sessions.committing(origin.merchant_id) as session:
            return await list_own_templates(session, origin)

    @get(
        "/{code:str}/{language:str}",
        operation_id="getOwnEmailTemplate",
        summary="One template in one language, as it is edited",
        guards=READS,
        responses={200: success(OwnTemplateDetail)} | refusals(*ONE),
    )
    async def one(
        self, code: FromPath[str], language: FromPath[str], editing: NamedDependency[OwnTemplateEditing]
    ) -> Response[OwnTemplateDetail]:
        async with editing.of(code, language) as editor:
            return versioned(await editor.detail())

    @put(
        "/{code:str}/{language:str}",
        operation_id="changeOwnEmailTemplate",
        summary="Save the merchant’s own text",
        description="Refused unless it can be sent in every sample. It is in force for the next email.",
        guards=WRITES,
        responses={200: success(OwnTemplateDetail)} | refusals(*VERSIONED),
    )
    async def change(
        self,
        code: FromPath[str],
        language: FromPath[str],
        data: JSONBody[OwnTemplateText],
        editing: NamedDependency[OwnTemplateEditing],
        if_match: IfMatch = None,
    ) -> Response[OwnTemplateDetail]:
        async with editing.of(code, language) as editor:
            view = await editor.save(data, if_match)
        return versioned(view)

    @delete(
        "/{code:str}/{language:str}",
        operation_id="resetOwnEmailTemplate",
        summary="Delete the merchant’s own text: the platform’s is in force again",
        guards=WRITES,
        status_code=200,
        responses={200: success(OwnTemplateDetail)} | refusals(*VERSIONED),
    )
    async def reset(
        self,
        code: FromPath[str],
        language: FromPath[str],
        editing: NamedDependency[OwnTemplateEditing],
        if_match: IfMatch = None,
    ) -> Response[OwnTemplateDetail]:
        async with editing.of(code, language) as editor:
            view = await editor.reset(if_match)
        return versioned(view)

    @get(
        "/{code:str}/{language:str}/versions",
        operation_id="listOwnEmailTemplateVersions",
        summary="The texts that are or were in force, newest first",
        guards=READS,
        responses=refusals(*ONE),
    )
    async def versions(
        self, code: FromPath[str], language: FromPath[str], editing: NamedDependency[OwnTemplateEditing]
    ) -> TemplateHistory:
        async with editing.of(code, language) as editor:
            return await editor.history()

    @post(
        "/{code:str}/{language:str}/restore",
        operation_id="restoreOwnEmailTemplate",
        summary="Put an earlier text in force as the newest version",
        guards=WRITES,
        status_code=200,
        responses={200: success(OwnTemplateDetail)} | refusals(*VERSIONED, TemplateVersionNotFound),
    )
    async def restore(
        self,
        code: FromPath[str],
        language: FromPath[str],
        data: JSONBody[TemplateRestore],
        editing: NamedDependency[OwnTemplateEditing],
        if_match: IfMatch = None,
    ) -> Response[OwnTemplateDetail]:
        async with editing.of(code, language) as editor:
            view = await editor.restore(data.version, if_match)
        return versioned(view)
