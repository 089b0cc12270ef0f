"""The settings in force in this process, read again within a second of a change, without Redis."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

import asyncpg
import structlog

from backend.core.database import Sessions
from backend.core.keys import KeyRing
from backend.core.platform_settings import CATEGORIES, PlatformSettings
from backend.settings.queries import read_overrides
from backend.settings.resolver import Environment, ResolvedCategory, StoredSetting, resolve
from backend.settings.schemas import SettingSource

PERIOD_SECONDS = 1
VERSIONS = "SELECT category, version FROM setting_versions"

log = structlog.get_logger()


class InForce(NamedTuple):
    settings: PlatformSettings
    sources: Mapping[str, SettingSource]
    """Where each value comes from, by key."""
    ignored: frozenset[str]
    """Categories with a stored value that cannot be used."""


class LiveSettings:
    """While the database is away the last known values stay in force."""

    def __init__(self, environment: Environment, pool: asyncpg.Pool, sessions: Sessions, keys: KeyRing) -> None:
        self.environment, self.keys = environment, keys
        self._pool, self._sessions = pool, sessions
        self._refreshing = asyncio.Lock()
        self._versions: dict[str, int] | None = None
        self._is_away = False
        # Until the database has been read: emails wait, because it may name another way than the environment.
        self._in_force = _in_force(_resolved(environment, {}))._replace(ignored=frozenset({"email"}))

    @property
    def current(self) -> PlatformSettings:
        """Read it at the moment of use, and keep it no longer than one request or one job."""
        return self._in_force.settings

    @property
    def in_force(self) -> InForce:
        """Values and sources of one moment."""
        return self._in_force

    @property
    def is_read(self) -> bool:
        """The database has been read; until then the environment alone is known."""
        return self._versions is not None

    async def refresh(self) -> None:
        """Asks the database for versions, and for the values when a version is new."""
        async with self._refreshing:
            versions = dict(await self._pool.fetch(VERSIONS))
            if versions != self._versions:
                await self._load(versions)

    async def _load(self, versions: dict[str, int]) -> None:
        async with self._sessions.committing() as session:
            overrides = await read_overrides(session, self.keys)
        resolved = _resolved(self.environment, overrides)
        for name, category in resolved.items():
            _tell_ignored(name, category)
        self._in_force = _in_force(resolved)
        self._versions = versions

    async def watch(self) -> None:
        """Refreshes for ever."""
        while True:
            await self.refresh_if_possible()
            await asyncio.sleep(PERIOD_SECONDS)

    async def refresh_if_possible(self) -> None:
        """Logs once when the database goes away, and once when it is back."""
        try:
            await self.refresh()
        except Exception as error:  # noqa: BLE001 - the loop goes on after every error
            if not self._is_away:
                log.warning("settings_not_read", error=type(error).__name__, consequence="the last known ones apply")
            self._is_away = True
            return
        if self._is_away:
            log.info("settings_read_again")
        self._is_away = False


def _resolved(environment: Environment, overrides: Mapping[str, StoredSetting]) -> dict[str, ResolvedCategory]:
    return {name: resolve(name, environment, overrides) for name in CATEGORIES}


def _tell_ignored(name: str, category: ResolvedCategory) -> None:
    """One line for a category: the first reason is the one that others follow from."""
    if not category.ignored:
        return
    reasons = {key: reason.code for key, reason in category.ignored.items()}
    own = {key: code for key, code in reasons.items() if code != "with_another"}
    log.error(
        "setting_ignored",
        category=name,
        settings=own or reasons,
        advice=f"Run `orion settings list --category {name}`, and set or unset what it says is not used.",
        consequence="emails wait" if name == "email" else "the environment decides",
    )


def _in_force(resolved: Mapping[str, ResolvedCategory]) -> InForce:
    return InForce(
        PlatformSettings(**{name: category.struct for name, category in resolved.items()}),
        {key: each.source for category in resolved.values() for key, each in category.settings.items()},
        frozenset(name for name, category in resolved.items() if category.ignored),
    )


@asynccontextmanager
async def open_live(
    environment: Environment, pool: asyncpg.Pool, sessions: Sessions, keys: KeyRing
) -> AsyncIterator[LiveSettings]:
    live = LiveSettings(environment, pool, sessions, keys)
    await live.refresh_if_possible()
    watching = asyncio.create_task(live.watch())
    try:
        yield live
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
