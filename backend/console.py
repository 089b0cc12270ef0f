"""What every command needs: the settings, the services, and one way to end."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import rich_click as click

from backend.core.settings import Settings, SettingsError, load_settings
from backend.services import Services, open_services

Result = TypeVar("Result")
DONE, FAILED, PARTLY_DONE = 0, 1, 3


def settings() -> Settings:
    """Ends the command with one sentence when they are at fault."""
    try:
        return load_settings()
    except SettingsError as error:
        sys.exit(str(error))


def with_services(act: Callable[[Services], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with open_services(settings()) as services:
            return await act(services)

    try:
        return asyncio.run(run())
    except SettingsError as error:
        sys.exit(str(error))


def print_json(facts: Any) -> None:
    click.echo(json.dumps(facts, default=str))
