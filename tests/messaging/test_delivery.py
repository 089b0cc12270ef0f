"""Mails: rendered when they are queued, sent by the provider that the settings name."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from backend.core.clock import clock
from backend.core.leases import LEASE
from backend.core.mail_settings import MailSettings
from backend.messaging.actions import queue_mail
from backend.messaging.claims import claim_mails
from backend.messaging.delivery import open_delivery
from backend.messaging.models import EmailLog
from backend.messaging.providers.console import ConsoleDelivery
from backend.messaging.providers.sendgrid import SendgridDelivery
from backend.messaging.providers.smtp import SmtpDelivery
from backend.messaging.templates.catalog.loyalty_enrollment import LOYALTY_ENROLLMENT
from backend.messaging.templates.render import SAMPLE_BRAND, SAMPLE_PLATFORM
from backend.services import Services
from tests.conftest import LogLines
from tests.messaging.mails import MAIL
from tests.world.shop import Shop


@pytest.mark.parametrize(
    ("provider", "kind"), [("smtp", SmtpDelivery), ("sendgrid", SendgridDelivery), ("console", ConsoleDelivery)]
)
def test_the_setting_chooses_the_way(provider: str, kind: type) -> None:
    assert isinstance(open_delivery(replace(MailSettings(), email_provider=provider)), kind)


async def test_the_console_names_nobody(log_lines: LogLines) -> None:
    await ConsoleDelivery().send(MAIL)
    assert MAIL.recipient not in str(log_lines())


@pytest.fixture
async def queued(services: Services, shop: Shop) -> EmailLog:
    async with services.sessions.committing(shop.merchant_id) as session:
        return await queue_mail(
            session, shop.merchant_id, LOYALTY_ENROLLMENT, LOYALTY_ENROLLMENT.samples_in("en")["new"],
            recipient="zoe@example.com", language="de", now=clock.now(), brand=SAMPLE_BRAND,
            platform_name=SAMPLE_PLATFORM,
        )  # fmt: skip


async def test_a_worker_that_died_with_a_mail_gives_it_back(services: Services, shop: Shop, queued: EmailLog) -> None:
    async def claim() -> int:
        async with services.sessions.committing(shop.merchant_id) as session:
            return len(await claim_mails(session, shop.merchant_id, clock.now(), 10))

    assert await claim() == 1
    clock.move(LEASE - timedelta(seconds=1))
    assert await claim() == 0
    clock.move(timedelta(seconds=2))
    assert await claim() == 1
