"""Settings of the platform, for its administrators."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import MANAGE_SETTINGS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.maintenance import WORKS_IN_MAINTENANCE
from backend.core.openapi import refusals, success
from backend.core.origin import PlatformOrigin
from backend.core.problems import ValidationFailed
from backend.core.versions import IfMatch, PreconditionRequired, Stale, versioned
from backend.settings.actions import SettingsEditor
from backend.settings.live import LiveSettings
from backend.settings.overview import get_category, list_categories
from backend.settings.problems import SettingCategoryNotFound, SettingNotFound
from backend.settings.schemas import SettingCategory, SettingsChange, SettingsOverview, SettingsPreview

READS = (for_platform(MANAGE_SETTINGS),)
WRITES = (all_of(for_platform(MANAGE_SETTINGS), limited("change_settings", 60)),)
VERSIONED = (*SIGNED_IN, SettingCategoryNotFound, PreconditionRequired, Stale, ValidationFailed)


@dataclass(frozen=True, slots=True)
class Editing:
    sessions: Sessions
    live: LiveSettings
    origin: PlatformOrigin

    @asynccontextmanager
    async def of(self, category: str) -> AsyncIterator[SettingsEditor]:
        """One transaction. Its changes are in force in this process when the block has ended."""
        async with self.sessions.committing() as session:
            yield SettingsEditor(session, self.live, self.origin, category)
        await self.live.refresh_if_possible()


def provide_editing(
    sessions: NamedDependency[Sessions],
    live: NamedDependency[LiveSettings],
    platform_origin: NamedDependency[PlatformOrigin],
) -> Editing:
    return Editing(sessions, live, platform_origin)


class SettingsController(Controller):
    path = "/settings"
    tags = ["Settings"]
    opt = {WORKS_IN_MAINTENANCE: True}
    dependencies = {"editing": Provide(provide_editing, sync_to_thread=False)}

    @get(
        operation_id="listSettings",
        summary="All settings by category, with the value in force and its source",
        guards=READS,
        responses=refusals(*SIGNED_IN),
    )
    async def all(
        self,
        platform_origin: NamedDependency[PlatformOrigin],
        live: NamedDependency[LiveSettings],
        sessions: NamedDependency[Sessions],
    ) -> SettingsOverview:
        async with sessions.committing() as session:
            return SettingsOverview(await list_categories(session, live, platform_origin.language))

    @get(
        "/{category:str}",
        operation_id="getSettings",
        summary="The settings of one category",
        guards=READS,
        responses={200: success(SettingCategory)} | refusals(*SIGNED_IN, SettingCategoryNotFound),
    )
    async def one(
        self,
        category: FromPath[str],
        platform_origin: NamedDependency[PlatformOrigin],
        live: NamedDependency[LiveSettings],
        sessions: NamedDependency[Sessions],
    ) -> Response[SettingCategory]:
        async with sessions.committing() as session:
            return versioned(await get_category(session, live, category, platform_origin.language))

    @patch(
        "/{category:str}",
        operation_id="changeSettings",
        summary="Save settings of one category",
        description="The result is checked as at the start of a process. It is in force everywhere within two seconds.",
        guards=WRITES,
        responses={200: success(SettingCategory)} | refusals(*VERSIONED),
    )
    async def change(
        self,
        category: FromPath[str],
        data: JSONBody[SettingsChange],
        editing: NamedDependency[Editing],
        if_match: IfMatch = None,
    ) -> Response[SettingCategory]:
        async with editing.of(category) as editor:
            view = await editor.change(data, if_match)
        return versioned(view)

    @post(
        "/{category:str}/check",
        operation_id="checkSettings",
        summary="Check settings as saving would, and tell what would change",
        guards=WRITES,
        status_code=200,
        responses={200: success(SettingsPreview)} | refusals(*VERSIONED),
    )
    async def check(
        self,
        category: FromPath[str],
        data: JSONBody[SettingsChange],
        editing: NamedDependency[Editing],
        if_match: IfMatch = None,
    ) -> SettingsPreview:
        async with editing.of(category) as editor:
            return await editor.preview(data, if_match)

    @delete(
        "/{category:str}",
        operation_id="resetSettings",
        summary="Reset all settings of one category to the environment",
        guards=WRITES,
        status_code=200,
        responses={200: success(SettingCategory)} | refusals(*VERSIONED),
    )
    async def reset(
        self,
        category: FromPath[str],
        editing: NamedDependency[Editing],
        if_match: IfMatch = None,
    ) -> Response[SettingCategory]:
        async with editing.of(category) as editor:
            view = await editor.reset(if_match)
        return versioned(view)

    @delete(
        "/{category:str}/{key:str}",
        operation_id="resetSetting",
        summary="Reset one setting to the environment",
        guards=WRITES,
        status_code=200,
        responses={200: success(SettingCategory)} | refusals(*VERSIONED, SettingNotFound),
    )
    async def reset_one(
        self,
        category: FromPath[str],
        key: FromPath[str],
        editing: NamedDependency[Editing],
        if_match: IfMatch = None,
    ) -> Response[SettingCategory]:
        async with editing.of(category) as editor:
            view = await editor.reset(if_match, key)
        return versioned(view)
