"""The marked stack, and windows of a browser that look at it."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from backend.core.settings import Settings
from backend.dev.servers.valkey import EmbeddedValkey
from tests.conftest import Servers
from tests.journeys.conftest import DATABASE, http, open_window, right_time, services, settings
from tests.journeys.stack import Stack
from tests.strings.marked.stack import open_marked_stack

__all__ = ["http", "open_window", "right_time", "services", "settings"]


@pytest.fixture(scope="session")
def orion(servers: Servers, world_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("orion")
    servers.postgres.create_database(DATABASE, template=world_database)
    with (
        EmbeddedValkey(folder / "valkey") as valkey,
        open_marked_stack(_in_development(servers.settings(DATABASE, redis_url=valkey.url)), folder) as stack,
    ):
        yield stack


def _in_development(settings: Settings) -> Settings:
    """With the sandbox of the wallets."""
    return replace(settings, environment="development")
