"""Previews and tests of texts that are being edited, for administrators."""

from typing import Any

from arq.connections import ArqRedis
from litestar import Controller, Request, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from backend.access.guards import actor_of, all_of, for_platform, limited
from backend.access.permissions import MANAGE_TEMPLATES
from backend.core.maintenance import WORKS_IN_MAINTENANCE
from backend.core.openapi import refusals, success
from backend.core.origin import PlatformOrigin
from backend.core.problems import ValidationFailed
from backend.core.queue import SEND_MAILS, try_to_wake
from backend.messaging.template_editing.checking import checked, content_from, preview_of, render_sample
from backend.messaging.template_editing.editing import ONE, TemplateEditing, provide_editing
from backend.messaging.template_editing.problems import TemplateRefused
from backend.messaging.template_editing.queries import get_template
from backend.messaging.template_editing.schemas.trials import TemplatePreview, TemplateSampleText, TestEmailQueued
from backend.messaging.template_editing.test_emails import queue_test
from backend.settings.live import LiveSettings

PREVIEWS = (all_of(for_platform(MANAGE_TEMPLATES), limited("preview_template", 240)),)
TESTS = (all_of(for_platform(MANAGE_TEMPLATES), limited("test_template", 5)),)


class AdminTemplateTrialController(Controller):
    path = "/email-templates"
    tags = ["Email templates"]
    dependencies = {"editing": Provide(provide_editing, sync_to_thread=False)}

    @post(
        "/{code:str}/{language:str}/preview",
        operation_id="previewEmailTemplate",
        opt={WORKS_IN_MAINTENANCE: True},
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
        live: NamedDependency[LiveSettings],
        platform_origin: NamedDependency[PlatformOrigin],
    ) -> TemplatePreview:
        template = get_template(code, language)
        content = checked(template, content_from(data), language, platform_origin.language)
        name = live.current.branding.platform_name
        mail = render_sample(template, content, language, data.sample, brand=None, platform_name=name)
        return preview_of(mail)

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
        live: NamedDependency[LiveSettings],
        editing: NamedDependency[TemplateEditing],
        queue: NamedDependency[ArqRedis],
        request: Request[Any, Any, Any],
    ) -> TestEmailQueued:
        recipient = actor_of(request).email
        async with editing.of(code, language) as editor:
            content = checked(editor.template, content_from(data), language, editor.origin.language)
            queue_test(
                editor.session, editor.origin, editor.template, content, language,
                sample=data.sample, recipient=recipient, platform_name=live.current.branding.platform_name,
            )  # fmt: skip
        await try_to_wake(queue, SEND_MAILS)
        return TestEmailQueued(recipient)
