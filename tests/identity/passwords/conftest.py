from collections.abc import AsyncIterator

import asyncpg
import pytest

from backend.services import Services
from tests.doubles.smtp import PostOffice, open_post_office
from tests.world.emails import put_off_waiting_emails
from tests.world.platform import with_mail


@pytest.fixture
async def post_office() -> AsyncIterator[PostOffice]:
    async with open_post_office() as office:
        yield office


@pytest.fixture
async def working(services: Services, post_office: PostOffice, superuser: asyncpg.Connection) -> dict[str, Services]:
    """The context of a worker whose mails go to the post office. It has nothing left to do for other tests."""
    await superuser.execute("DELETE FROM password_reset_requests")
    await put_off_waiting_emails(superuser)
    return {"services": with_mail(services, email_provider="smtp", smtp_port=post_office.port)}
