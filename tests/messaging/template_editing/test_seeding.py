"""The texts that Orion brings become rows, and what people have edited is never overwritten."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from backend.messaging.template_editing import seeding, writing
from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.declaration import MailTemplate
from backend.messaging.templates.faults import TemplateContent
from backend.messaging.templates.render import default_content
from backend.services import Services
from i18n.locales import LANGUAGES
from tests.messaging.template_editing.conftest import seeded
from tests.messaging.template_editing.editor import Editor

WELCOME, LINK = "loyalty_enrollment", "loyalty_card_link"
ALL = [(code, language) for code in TEMPLATES for language in LANGUAGES]


async def test_seeding_twice_adds_each_text_once(services: Services, ada: Editor) -> None:
    first, second = await seeded(services), await seeded(services)
    assert sorted(first.added) == sorted(ALL)
    assert (second.added, second.updated, second.kept, second.unchanged) == ([], [], [], len(ALL))
    for template in await ada.templates():
        assert {each["state"] for each in template["languages"]} == {"up_to_date"}
        assert {each["version"] for each in template["languages"]} == {1}


async def test_two_that_seed_at_once_do_not_disturb_each_other(services: Services) -> None:
    reports = await asyncio.gather(seeded(services), seeded(services))
    assert sorted(len(report.added) for report in reports) == [0, len(ALL)]


@pytest.fixture
def newer_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a new version of Orion brought another welcome, in all languages."""

    def newer(template: MailTemplate[Any], language: str) -> TemplateContent:
        content = default_content(template, language)
        return replace(content, subject=f"{content.subject} (2)") if template.code == WELCOME else content

    for module in (seeding, writing):
        monkeypatch.setattr(module, "default_content", newer)
    monkeypatch.setattr("backend.messaging.template_editing.views.default_content", newer)


async def test_a_newer_text_replaces_what_nobody_has_edited(
    services: Services, ada: Editor, request: pytest.FixtureRequest
) -> None:
    await seeded(services)
    request.getfixturevalue("newer_texts")
    report = await seeded(services)
    assert sorted(report.updated) == sorted((WELCOME, language) for language in LANGUAGES)
    template = await ada.template(WELCOME)
    assert (template["subject"], template["version"]) == ("Your {{ merchant.name }} card (2)", 2)
    assert [each["version"] for each in await ada.history(WELCOME)] == [2, 1]
    assert {each["state"] for each in (await ada.coverage(WELCOME)).values()} == {"up_to_date"}


async def test_a_newer_text_leaves_what_was_edited_and_says_so(
    services: Services, ada: Editor, request: pytest.FixtureRequest
) -> None:
    await seeded(services)
    await ada.save(WELCOME, "fr", subject="Coucou de {{ merchant.name }}")
    request.getfixturevalue("newer_texts")
    assert (await seeded(services)).kept == [(WELCOME, "fr")]
    assert (await ada.template(WELCOME, "fr"))["subject"] == "Coucou de {{ merchant.name }}"
    shown = await ada.coverage(WELCOME)
    french, german = shown["fr"], shown["de"]
    assert (french["is_edited"], french["has_newer_default"], french["state"]) == (True, True, "older_than_english")
    assert (german["is_edited"], german["has_newer_default"], german["state"]) == (False, False, "up_to_date")
