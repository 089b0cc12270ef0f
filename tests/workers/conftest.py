import dataclasses
from collections.abc import AsyncIterator

import asyncpg
import pytest
from msgspec.structs import replace

from backend.services import Services
from tests.doubles.smtp import PostOffice, open_post_office


@pytest.fixture
async def post_office() -> AsyncIterator[PostOffice]:
    async with open_post_office() as office:
        yield office


@pytest.fixture(autouse=True)
async def nothing_waits(superuser: asyncpg.Connection, services: Services) -> None:
    """Neither events nor mails nor jobs of other tests."""
    await superuser.execute("DELETE FROM outbox; DELETE FROM email_logs")
    await services.redis.flushdb()


@pytest.fixture
def working(services: Services, post_office: PostOffice) -> dict:
    """The context of a worker whose mails go to the post office."""
    settings = replace(services.settings, email_provider="smtp", smtp_port=post_office.port)
    return {"services": dataclasses.replace(services, settings=settings)}
