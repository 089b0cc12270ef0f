"""Mails: queued with their reason, sent by the way the settings name, tried again, given up with a reason."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from uuid import UUID

import asyncpg
import httpx
import pytest
from msgspec.structs import replace

from backend.core.clock import clock
from backend.core.mail_settings import MailSettings
from backend.messaging import delivery
from backend.messaging.actions import DeliveryFailed, OutgoingMail, claim_mails, deliver, queue_mail
from backend.messaging.delivery import ConsoleDelivery, SendgridDelivery, SmtpDelivery, open_delivery
from backend.messaging.models import EmailLog
from backend.messaging.templates.catalog.loyalty_enrollment import LOYALTY_ENROLLMENT
from backend.messaging.templates.render import SAMPLE_BRAND
from backend.services import Services
from tests.doubles.smtp import PostOffice, open_post_office
from tests.world.shop import Shop

MAIL = OutgoingMail(UUID(int=7), "zoe@example.com", "Café Aurora", "de", "Ihre Karte für Zoë", "Größe")


@pytest.fixture
async def post_office() -> AsyncIterator[PostOffice]:
    async with open_post_office() as office:
        yield office


def by_smtp(office: PostOffice, **values: str) -> MailSettings:
    return replace(MailSettings(), email_provider="smtp", smtp_port=office.port, **values)


async def test_a_mail_arrives_as_it_was_meant(post_office: PostOffice) -> None:
    way = open_delivery(by_smtp(post_office, email_reply_to="shop@example.com"))
    await way.send(MAIL)
    (mail,) = post_office.mails
    assert (mail["To"], mail["Subject"], mail["Reply-To"]) == (MAIL.recipient, MAIL.subject, "shop@example.com")
    assert mail["From"].addresses[0].display_name == "Café Aurora"
    assert mail["Content-Language"] == "de"
    assert mail["Message-ID"] == f"<{MAIL.id}@orion.example>"
    assert mail.get_content().strip() == "Größe"


async def test_a_server_that_refuses_is_told_without_credentials(post_office: PostOffice) -> None:
    post_office.is_open = False
    way = SmtpDelivery(by_smtp(post_office))
    with pytest.raises(DeliveryFailed, match=f"^SMTP\\w+ at 127.0.0.1:{post_office.port}$"):
        await way.send(MAIL)


async def test_a_server_that_is_away_is_told(unused_port: int) -> None:
    way = SmtpDelivery(replace(MailSettings(), smtp_port=unused_port))
    with pytest.raises(DeliveryFailed, match=f"at 127.0.0.1:{unused_port}"):
        await way.send(MAIL)


@pytest.fixture
def unused_port() -> int:
    return 1


@pytest.mark.parametrize(
    ("provider", "kind"), [("smtp", SmtpDelivery), ("sendgrid", SendgridDelivery), ("console", ConsoleDelivery)]
)
def test_the_setting_chooses_the_way(provider: str, kind: type) -> None:
    assert isinstance(open_delivery(replace(MailSettings(), email_provider=provider)), kind)


async def test_the_console_names_nobody(log_lines) -> None:
    await ConsoleDelivery().send(MAIL)
    assert MAIL.recipient not in str(log_lines())


@pytest.fixture
def sendgrid(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """What was asked of it; it takes mails for one key only."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(202 if request.headers["authorization"] == "Bearer right" else 401)

    class Client(httpx.AsyncClient):
        def __init__(self, **given: object) -> None:
            assert given["timeout"]
            super().__init__(transport=httpx.MockTransport(answer), **given)  # type: ignore[arg-type]

    monkeypatch.setattr(delivery.httpx, "AsyncClient", Client)
    return asked


async def test_sendgrid_gets_the_mail(sendgrid: list[httpx.Request]) -> None:
    settings = replace(MailSettings(), sendgrid_api_key="right", email_reply_to="shop@example.com")
    await SendgridDelivery(settings).send(MAIL)
    (request,) = sendgrid
    assert str(request.url) == "https://api.sendgrid.com/v3/mail/send"
    assert b"zoe@example.com" in request.content
    assert b"shop@example.com" in request.content
    assert json.loads(request.content)["headers"] == {"Content-Language": "de"}
    assert json.loads(request.content)["from"]["name"] == "Café Aurora"


async def test_sendgrid_refusing_is_told_without_the_key(sendgrid: list[httpx.Request]) -> None:
    settings = replace(MailSettings(), sendgrid_api_key="wrong")
    with pytest.raises(DeliveryFailed, match=r"^401 at https://api\.sendgrid\.com$"):
        await SendgridDelivery(settings).send(MAIL)


async def test_a_page_in_sendgrids_place_has_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    page = httpx.MockTransport(lambda _: httpx.Response(200, html="<h1>Sign in to the network</h1>"))
    monkeypatch.setattr(delivery.httpx, "AsyncClient", partial(httpx.AsyncClient, transport=page))
    with pytest.raises(DeliveryFailed, match=r"^200 at"):
        await SendgridDelivery(MailSettings()).send(MAIL)


async def test_sendgrid_away_is_told() -> None:
    settings = replace(MailSettings(), sendgrid_api_url="http://127.0.0.1:1")
    with pytest.raises(DeliveryFailed, match="ConnectError at http://127"):
        await SendgridDelivery(settings).send(MAIL)


@pytest.fixture
async def queued(services: Services, shop: Shop) -> EmailLog:
    async with services.sessions.committing(shop.merchant_id) as session:
        return await queue_mail(
            session, shop.merchant_id, LOYALTY_ENROLLMENT, LOYALTY_ENROLLMENT.samples["new"],
            recipient="zoe@example.com", language="de", now=clock.now(), brand=SAMPLE_BRAND,
        )  # fmt: skip


async def attempt(services: Services, shop: Shop, settings: MailSettings) -> list[EmailLog]:
    async with services.sessions.committing(shop.merchant_id) as session:
        claimed = await claim_mails(session, shop.merchant_id, clock.now(), 10)
    for entry in claimed:
        await deliver(entry, open_delivery(settings), settings, clock.now(), sender="Café Aurora")
        async with services.sessions.committing(shop.merchant_id) as session:
            await session.merge(entry)
    return claimed


async def test_a_mail_is_sent_once_and_the_log_says_by_which_way(
    services: Services, shop: Shop, queued: EmailLog, post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    """The predecessor's bug 12: its test mail told another configuration than the one used."""
    await attempt(services, shop, by_smtp(post_office))
    assert await attempt(services, shop, by_smtp(post_office)) == []
    row = await superuser.fetchrow("SELECT * FROM email_logs WHERE id = $1", queued.id)
    assert (row["status"], row["attempts"], row["provider"], row["error"]) == ("sent", 1, "smtp", None)
    assert (row["host"], row["sender"]) == (f"127.0.0.1:{post_office.port}", "Café Aurora <cards@orion.example>")
    assert row["sent_at"] is not None
    assert len(post_office.mails) == 1


async def test_a_mail_that_fails_is_tried_four_times_a_minute_apart_and_given_up_with_the_reason(
    services: Services, shop: Shop, queued: EmailLog, post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    post_office.is_open = False
    for _ in range(4):
        assert len(await attempt(services, shop, by_smtp(post_office))) == 1
        assert await attempt(services, shop, by_smtp(post_office)) == []
        clock.move(timedelta(seconds=61))
    assert await attempt(services, shop, by_smtp(post_office)) == []
    row = await superuser.fetchrow("SELECT status, attempts, error FROM email_logs WHERE id = $1", queued.id)
    assert tuple(row)[:2] == ("failed", 4)
    assert row["error"].startswith("SMTP")


async def test_a_retry_carries_the_same_message_id(
    services: Services, shop: Shop, queued: EmailLog, post_office: PostOffice
) -> None:
    post_office.is_open = False
    await attempt(services, shop, by_smtp(post_office))
    post_office.is_open = True
    clock.move(timedelta(seconds=61))
    await attempt(services, shop, by_smtp(post_office))
    assert [mail["Message-ID"] for mail in post_office.mails] == [f"<{queued.id}@orion.example>"]


async def test_a_worker_that_died_with_a_mail_gives_it_back(services: Services, shop: Shop, queued: EmailLog) -> None:
    async def claim() -> int:
        async with services.sessions.committing(shop.merchant_id) as session:
            return len(await claim_mails(session, shop.merchant_id, clock.now(), 10))

    assert await claim() == 1
    clock.move(timedelta(seconds=89))
    assert await claim() == 0
    clock.move(timedelta(seconds=2))
    assert await claim() == 1


@pytest.mark.parametrize("recipient", ["a@x..lu", "[@x.lu", "(c)@x.lu", "a\x01@x.lu", ":;@x.y", "\ud800@x.lu"])
async def test_a_mail_that_cannot_be_written_has_failed_like_any_other(
    shop: Shop, post_office: PostOffice, recipient: str
) -> None:
    """Addresses taken before they were checked."""
    settings = by_smtp(post_office)
    entry = EmailLog(
        id=UUID(int=7),
        recipient=recipient,
        language="de",
        subject="Card",
        body_text="Text",
        status="queued",
        attempts=1,
    )
    await deliver(entry, open_delivery(settings), settings, clock.now(), sender="Orion")
    assert entry.status == "queued"
    assert entry.error
    assert recipient not in entry.error
