"""Texts of emails: the platform's for administrators, a merchant's own for its owner."""

from typing import Literal
from urllib.parse import quote

from backend.messaging.template_editing.schemas.templates import (
    OwnTemplateDetail,
    OwnTemplateList,
    TemplateDetail,
    TemplateList,
)
from backend.messaging.template_editing.schemas.texts import (
    OwnTemplateText,
    TemplateHistory,
    TemplateRestore,
    TemplateText,
)
from backend.messaging.template_editing.schemas.trials import TemplatePreview, TemplateSampleText, TestEmailQueued
from frontend.api.client import Caller

Audience = Literal["admin", "merchant"]
Listing = TemplateList | OwnTemplateList
Detail = TemplateDetail | OwnTemplateDetail


async def list_templates(caller: Caller, audience: Audience) -> Listing:
    if audience == "admin":
        return await caller.get("/admin/email-templates", TemplateList)
    return await caller.get("/merchant/email-templates", OwnTemplateList)


async def get_template(caller: Caller, audience: Audience, code: str, language: str) -> Detail:
    return await caller.get(_path(audience, code, language), _detail(audience))


async def save_template(
    caller: Caller, audience: Audience, code: str, language: str, text: TemplateText, *, version: int
) -> Detail:
    """For a merchant, what equals the platform's text stays the platform's."""
    body = text if audience == "admin" else OwnTemplateText(text.subject, text.preheader, text.body)
    return await caller.put(_path(audience, code, language), body, _detail(audience), version=version)


async def reset_template(caller: Caller, audience: Audience, code: str, language: str, *, version: int) -> Detail:
    return await caller.delete(_path(audience, code, language), _detail(audience), version=version)


async def restore_template(
    caller: Caller, audience: Audience, code: str, language: str, earlier: int, *, version: int
) -> Detail:
    path = f"{_path(audience, code, language)}/restore"
    return await caller.post(path, TemplateRestore(earlier), _detail(audience), version=version)


async def list_versions(caller: Caller, audience: Audience, code: str, language: str) -> TemplateHistory:
    return await caller.get(f"{_path(audience, code, language)}/versions", TemplateHistory)


async def preview_template(
    caller: Caller, audience: Audience, code: str, language: str, text: TemplateSampleText
) -> TemplatePreview:
    return await caller.post(f"{_path(audience, code, language)}/preview", text, TemplatePreview)


async def test_template(
    caller: Caller, audience: Audience, code: str, language: str, text: TemplateSampleText
) -> TestEmailQueued:
    return await caller.post(f"{_path(audience, code, language)}/test", text, TestEmailQueued)


def _path(audience: Audience, code: str, language: str) -> str:
    return f"/{audience}/email-templates/{quote(code, safe='')}/{quote(language, safe='')}"


def _detail(audience: Audience) -> type[Detail]:
    return TemplateDetail if audience == "admin" else OwnTemplateDetail
