"""Settings of the platform, and the connection test of mail."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import quote

import msgspec

from backend.messaging.connection_test.schemas import (
    ConnectionTestLine,
    ConnectionTestRequest,
    LastConnectionTest,
    LastConnectionTests,
)
from backend.settings.schemas import SettingCategory, SettingsChange, SettingsPreview
from frontend.api.client import Caller
from frontend.api.responses import BackendUnavailable

SETTINGS = "/admin/settings"
TEST = f"{SETTINGS}/email/connection-test"
STEP_SECONDS_MAX = 40.0
DECODER = msgspec.json.Decoder(ConnectionTestLine)


async def get_settings(caller: Caller, category: str) -> SettingCategory:
    return await caller.get(_path(category), SettingCategory)


async def check_settings(caller: Caller, category: str, change: SettingsChange, version: int) -> SettingsPreview:
    """What saving would change."""
    return await caller.post(f"{_path(category)}/check", change, SettingsPreview, version=version)


async def change_settings(caller: Caller, category: str, change: SettingsChange, version: int) -> SettingCategory:
    return await caller.patch(_path(category), change, SettingCategory, version=version)


async def reset_settings(caller: Caller, category: str, key: str | None, version: int) -> SettingCategory:
    """One setting, or all of the category."""
    path = f"{_path(category)}/{quote(key, safe='')}" if key else _path(category)
    return await caller.delete(path, SettingCategory, version=version)


async def test_connection(caller: Caller, request: ConnectionTestRequest) -> AsyncGenerator[ConnectionTestLine, None]:
    """Each step when it has ended, and the verdict."""
    async with aclosing(caller.stream(TEST, request, pause_seconds=STEP_SECONDS_MAX)) as lines:
        async for line in lines:
            try:
                yield DECODER.decode(line)
            except msgspec.DecodeError as error:
                raise BackendUnavailable("a line that is none of the test") from error


async def find_last_test(caller: Caller) -> LastConnectionTest | None:
    return (await caller.get(f"{TEST}/last", LastConnectionTests)).last


def _path(category: str) -> str:
    return f"{SETTINGS}/{quote(category, safe='')}"
