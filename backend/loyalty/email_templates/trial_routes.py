"""Previews and tests of texts that are being edited, for owners."""

from typing import Any

from arq.connections import ArqRedis
from litestar import Controller, Request, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from backend.access.guards import actor_of, all_of, for_merchant, limited
from backend.access.permissions import MANAGE_TEMPLATES
from backend.core.maintenance import WORKS_IN_MAINTENANCE
from backend.core.openapi import refusals, success
from backend.core.problems import ValidationFailed
from backend.core.queue import SEND_MAILS, try_to_wake
from backend.loyalty.email_templates.editing import ONE, OwnTemplateEditing, provide_editing
from backend.loyalty.programs.brand import get_brand
from backend.messaging.template_editing.checking import checked, content_from, preview_of, render_sample
from backend.messaging.template_editing.problems import TemplateRefused
from backend.messaging.template_editing.schemas.trials import TemplatePreview, TemplateSampleText, TestEmailQueued
from backend.messaging.template_editing.test_emails import queue_test
from backend.settings.live import LiveSettings

PREVIEWS = (all_of(for_merchant(MANAGE_TEMPLATES), limited("preview_own_template", 240)),)
TESTS = (all_of(for_merchant(MANAGE_TEMPLATES), limited("test_own_template", 5)),)


class MerchantTemplateTrialController(Controller):
    path = "/email-templates"
    tags = ["Email templates"]
    dependencies = {"editing": Provide(provide_editing, sync_to_thread=False)}

    @post(
        "/{code:str}/{language:str}/preview",
        operation_id="previewOwnEmailTemplate",
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
        editing: NamedDependency[OwnTemplateEditing],
    ) -> TemplatePreview:
        async with editing.of(code, language) as editor:
            content = checked(editor.template, content_from(data), language, editor.origin.language)
            brand = await get_brand(editor.session, editor.origin.merchant_id)
        name = live.current.branding.platform_name
        mail = render_sample(editor.template, content, language, data.sample, brand=brand, platform_name=name)
        return preview_of(mail)

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
        live: NamedDependency[LiveSettings],
        editing: NamedDependency[OwnTemplateEditing],
        queue: NamedDependency[ArqRedis],
        request: Request[Any, Any, Any],
    ) -> TestEmailQueued:
        recipient = actor_of(request).email
        async with editing.of(code, language) as editor:
            content = checked(editor.template, content_from(data), language, editor.origin.language)
            queue_test(
                editor.session, editor.origin, editor.template, content, language,
                sample=data.sample, recipient=recipient, platform_name=live.current.branding.platform_name,
                brand=await get_brand(editor.session, editor.origin.merchant_id),
            )  # fmt: skip
        await try_to_wake(queue, SEND_MAILS)
        return TestEmailQueued(recipient)
