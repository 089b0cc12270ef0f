"""Shared by all commands: settings, services, options, JSON output and exit codes."""

import getpass
import json
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from uuid import UUID

import rich_click as click

from backend.cli import event_loop
from backend.core.clock import clock
from backend.core.origin import PlatformOrigin
from backend.core.problems import Problem
from backend.core.settings import Settings, SettingsError, load_settings
from backend.core.startup import StartRefused, check_start
from backend.merchants.queries import get_merchant_id
from backend.services import Services, open_services

ReturnT = TypeVar("ReturnT")
DONE, FAILED, PARTLY_DONE = 0, 1, 3
LANGUAGE = "en"

of_merchant = click.option("--merchant", "merchant_code", metavar="CODE", help="Only the cards of this merchant.")
as_json_too = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def settings() -> Settings:
    """Exits with the error's sentence when a setting is invalid."""
    try:
        return load_settings()
    except SettingsError as error:
        sys.exit(str(error))


def run_or_end(act: Coroutine[Any, Any, ReturnT]) -> ReturnT:
    """Exits with the error's sentence when a setting is invalid or a server is not usable."""
    try:
        return event_loop.run(act)
    except (SettingsError, StartRefused) as error:
        sys.exit(str(error))


def with_services(act: Callable[[Services], Awaitable[ReturnT]]) -> ReturnT:
    async def run() -> ReturnT:
        loaded = settings()
        await check_start(loaded)
        async with open_services(loaded) as services:
            return await act(services)

    return run_or_end(run())


def with_services_or_refusal(act: Callable[[Services], Awaitable[ReturnT]]) -> ReturnT:
    """Like `with_services`; exits with the title of a problem."""
    try:
        return with_services(act)
    except Problem as problem:
        sys.exit(problem.title)


async def find_merchant_id(services: Services, code: str | None) -> UUID | None:
    """None when `code` is None. Raises MerchantNotFound."""
    return None if code is None else await get_merchant_id(services.sessions, code)


def operator() -> str:
    """Who runs the command, for audit entries."""
    return f"{getpass.getuser()} at the command line"


def at_command_line() -> PlatformOrigin:
    """The origin of what the command changes."""
    return PlatformOrigin(None, operator(), LANGUAGE, clock.now())


def print_json(facts: Any) -> None:
    click.echo(json.dumps(facts, default=str))
