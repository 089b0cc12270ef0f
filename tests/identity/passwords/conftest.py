from collections.abc import AsyncIterator

import pytest

from backend.services import Services
from tests.doubles.smtp import PostOffice, open_post_office
from tests.world.platform import with_mail


@pytest.fixture
async def post_office() -> AsyncIterator[PostOffice]:
    async with open_post_office() as office:
        yield office


@pytest.fixture
def working(services: Services, post_office: PostOffice) -> dict[str, Services]:
    """The context of a worker whose mails go to the post office."""
    return {"services": with_mail(services, email_provider="smtp", smtp_port=post_office.port)}
