"""Mails: rendered when they are queued, sent by the provider that the settings name."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from backend.core.clock import clock
from backend.core.mail_settings import MailSettings
from backend.messaging.actions import queue_mail
from backend.messaging.delivery import open_delivery
from backend.messaging.models import EmailLog
from backend.messaging.providers.console import ConsoleDelivery
from backend.messaging.providers.sendgrid import SendgridDelivery
from backend.messaging.providers.smtp import SmtpDelivery
from backend.messaging.queue import claim_mails
from backend.messaging.templates import CARD_LINK, ENROLLMENT, TEMPLATES, render
from backend.services import Services
from i18n.locales import LANGUAGES
from tests.messaging.mails import MAIL
from tests.world.shop import Shop

VALUES = {
    "merchant": "Café Aurora",
    "name": "Zoë",
    "code": "BDFH KLNP RSTV XGCJ",
    "page_url": "http://orion.test/c/x",
    "headline": "The certificate of Café Aurora ends",
    "what": "It ends.",
    "consequence": "Then nothing works.",
    "runbook": "docs/runbook.md",
    "section": "Replace it",
}


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_can_be_written_in_every_language(template: str, language: str) -> None:
    mail = render(template, language, **VALUES)
    assert "Café Aurora" in mail.subject
    assert "Zoë" in mail.body_text
    assert "http://orion.test/c/x" in mail.body_text
    assert "%(" not in mail.subject + mail.body_text


def test_the_welcome_carries_the_card_number_and_the_link_mail_does_not() -> None:
    assert VALUES["code"] in render(ENROLLMENT, "en", **VALUES).body_text
    assert VALUES["code"] not in render(CARD_LINK, "en", **VALUES).body_text


@pytest.mark.parametrize(
    ("language", "greeting"), [("en", "Hello,"), ("fr", "Bonjour,"), ("de", "Guten Tag,"), ("lb", "Bonjour,")]
)
def test_a_customer_who_has_given_no_name_is_greeted_without_one(language: str, greeting: str) -> None:
    for template in TEMPLATES:
        body = render(template, language, **VALUES | {"name": None}).body_text  # type: ignore[arg-type]
        assert body.startswith(f"{greeting}\n\n")


def test_a_name_cannot_smuggle_a_header_into_a_mail() -> None:
    subject = render(ENROLLMENT, "en", **VALUES | {"merchant": "X\r\nBcc: all@example.com"}).subject
    assert "\r" not in subject
    assert "\n" not in subject


@pytest.mark.parametrize(
    ("provider", "kind"), [("smtp", SmtpDelivery), ("sendgrid", SendgridDelivery), ("console", ConsoleDelivery)]
)
def test_the_setting_chooses_the_way(provider: str, kind: type) -> None:
    assert isinstance(open_delivery(replace(MailSettings(), email_provider=provider)), kind)


async def test_the_console_names_nobody(log_lines) -> None:
    await ConsoleDelivery().send(MAIL)
    assert MAIL.recipient not in str(log_lines())


@pytest.fixture
async def queued(services: Services, shop: Shop) -> EmailLog:
    async with services.sessions.committing(shop.merchant_id) as session:
        return queue_mail(
            session, shop.merchant_id, ENROLLMENT, recipient="zoe@example.com", language="de", now=clock.now(), **VALUES
        )


async def test_a_worker_that_died_with_a_mail_gives_it_back(services: Services, shop: Shop, queued: EmailLog) -> None:
    async def claim() -> int:
        async with services.sessions.committing(shop.merchant_id) as session:
            return len(await claim_mails(session, shop.merchant_id, clock.now(), 10))

    assert await claim() == 1
    clock.move(timedelta(seconds=89))
    assert await claim() == 0
    clock.move(timedelta(seconds=2))
    assert await claim() == 1
