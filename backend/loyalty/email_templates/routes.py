"""A merchant's own texts of emails to customers, for its owner."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from arq.connections import ArqRedis
from litestar import Controller, Request, Response, delete, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from backend.access.guards import actor_of, all_of, for_owner, limited
from backend.access.permissions import MANAGE_TEMPLATES
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.versions import IfMatch, PreconditionRequired, Stale, versioned
from backend.loyalty.programs.brand import get_brand
from backend.messaging.template_editing.checking import checked, content_from, preview_of, render_sample
from backend.messaging.template_editing.own_actions import OwnTemplateEditor, list_own_templates
from backend.messaging.template_editing.problems import (
    EmailTemplateNotFound,
    TemplateRefused,
    TemplateVersionNotFound,
)
from backend.messaging.template_editing.queries import get_loyalty_template
from backend.messaging.template_editing.schemas import (
    OwnTemplateDetail,
    OwnTemplateList,
    OwnTemplateText,
    TemplateHistory,
    TemplatePreview,
    TemplateSampleText,
    TestEmailQueued,
)
from backend.messaging.template_editing.test_emails import queue_test, wake_mailer

ONE = (*SIGNED_IN, EmailTemplateNotFound)
READS = (for_owner(MANAGE_TEMPLATES),)
WRITES = (all_of(for_owner(MANAGE_TEMPLATES), limited("change_own_templates", 60)),)
PREVIEWS = (all_of(for_owner(MANAGE_TEMPLATES), limited("preview_own_template", 120)),)
TESTS = (all_of(for_owner(MANAGE_TEMPLATES), limited("test_own_template", 5)),)
VERSIONED = (*ONE, PreconditionRequired, Stale, TemplateRefused, ValidationFailed)


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
        summary="Back to the platform’s text",
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
        "/{code:str}/{language:str}/versions/{version:int}/restore",
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
        version: FromPath[int],
        editing: NamedDependency[OwnTemplateEditing],
        if_match: IfMatch = None,
    ) -> Response[OwnTemplateDetail]:
        async with editing.of(code, language) as editor:
            view = await editor.restore(version, if_match)
        return versioned(view)

    @post(
        "/{code:str}/{language:str}/preview",
        operation_id="previewOwnEmailTemplate",
        summary="How a text would look, without saving it",
        guards=PREVIEWS,
        status_code=200,
        responses={200: success(TemplatePreview)} | refusals(*ONE, TemplateRefused, ValidationFailed),
    )
    async def preview(
        self,
        code: FromPath[str],
        language: FromPath[str],
        data: JSONBody[TemplateSampleText],
        editing: NamedDependency[OwnTemplateEditing],
    ) -> TemplatePreview:
        async with editing.of(code, language) as editor:
            content = checked(editor.template, content_from(data), language, editor.origin.language)
            brand = await get_brand(editor.session, editor.origin.merchant_id)
        return preview_of(render_sample(editor.template, content, language, data.sample, brand))

    @post(
        "/{code:str}/{language:str}/test",
        operation_id="testOwnEmailTemplate",
        summary="Send a text to yourself as a test, without saving it",
        guards=TESTS,
        status_code=202,
        responses={202: success(TestEmailQueued)} | refusals(*ONE, TemplateRefused, ValidationFailed),
    )
    async def test(
        self,
        code: FromPath[str],
        language: FromPath[str],
        data: JSONBody[TemplateSampleText],
        editing: NamedDependency[OwnTemplateEditing],
        queue: NamedDependency[ArqRedis],
        request: Request[Any, Any, Any],
    ) -> TestEmailQueued:
        recipient = actor_of(request).email
        async with editing.of(code, language) as editor:
            content = checked(editor.template, content_from(data), language, editor.origin.language)
            queue_test(
                editor.session, editor.origin, editor.template, content, language,
                sample=data.sample, recipient=recipient,
                brand=await get_brand(editor.session, editor.origin.merchant_id),
            )  # fmt: skip
        await wake_mailer(queue)
        return TestEmailQueued(recipient)
