"""The platform's email templates, for its administrators."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from arq.connections import ArqRedis
from litestar import Controller, Request, Response, delete, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from backend.access.guards import actor_of, all_of, for_platform, limited
from backend.access.permissions import MANAGE_TEMPLATES
from backend.access.problems import Forbidden, SessionExpired, Unauthenticated
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import PlatformOrigin
from backend.core.problems import ValidationFailed
from backend.core.versions import IfMatch, PreconditionRequired, Stale, versioned
from backend.messaging.template_editing.actions import TemplateEditor, list_templates
from backend.messaging.template_editing.checking import checked, content_from, preview_of, render_sample
from backend.messaging.template_editing.problems import (
    EmailTemplateNotFound,
    TemplateRefused,
    TemplateVersionNotFound,
)
from backend.messaging.template_editing.queries import get_template
from backend.messaging.template_editing.schemas import (
    TemplateDetail,
    TemplateHistory,
    TemplateList,
    TemplatePreview,
    TemplateSampleText,
    TemplateText,
    TestEmailQueued,
)
from backend.messaging.template_editing.test_emails import queue_test, wake_mailer

ADMIN = (Unauthenticated, SessionExpired, Forbidden)
ONE = (*ADMIN, EmailTemplateNotFound)
READS = (for_platform(MANAGE_TEMPLATES),)
WRITES = (all_of(for_platform(MANAGE_TEMPLATES), limited("change_templates", 60)),)
PREVIEWS = (all_of(for_platform(MANAGE_TEMPLATES), limited("preview_template", 120)),)
TESTS = (all_of(for_platform(MANAGE_TEMPLATES), limited("test_template", 5)),)
VERSIONED = (*ONE, PreconditionRequired, Stale, TemplateRefused, ValidationFailed)


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


class AdminTemplateController(Controller):
    path = "/email-templates"
    tags = ["Email templates"]
    dependencies = {"editing": Provide(provide_editing, sync_to_thread=False)}

    @get(
        operation_id="listEmailTemplates",
        summary="All templates, with the state of their text in each language",
        guards=READS,
        responses=refusals(*ADMIN),
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
        summary="Back to the text that Orion brings",
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
        "/{code:str}/{language:str}/versions/{version:int}/restore",
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
        version: FromPath[int],
        editing: NamedDependency[TemplateEditing],
        if_match: IfMatch = None,
    ) -> Response[TemplateDetail]:
        async with editing.of(code, language) as editor:
            view = await editor.restore(version, if_match)
        return versioned(view)

    @post(
        "/{code:str}/{language:str}/preview",
        operation_id="previewEmailTemplate",
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
        platform_origin: NamedDependency[PlatformOrigin],
    ) -> TemplatePreview:
        template = get_template(code, language)
        content = checked(template, content_from(data), language, platform_origin.language)
        return preview_of(render_sample(template, content, language, data.sample, None))

    @post(
        "/{code:str}/{language:str}/test",
        operation_id="testEmailTemplate",
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
        editing: NamedDependency[TemplateEditing],
        queue: NamedDependency[ArqRedis],
        request: Request[Any, Any, Any],
    ) -> TestEmailQueued:
        recipient = actor_of(request).email
        async with editing.of(code, language) as editor:
            content = checked(editor.template, content_from(data), language, editor.origin.language)
            queue_test(
                editor.session, editor.origin, editor.template, content, language,
                sample=data.sample, recipient=recipient,
            )  # fmt: skip
        await wake_mailer(queue)
        return TestEmailQueued(recipient)
