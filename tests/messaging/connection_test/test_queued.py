"""The test email through the queue: the email and its row name the settings that were used."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from backend.core.clock import clock
from backend.messaging.test_email import queue_test_email
from backend.services import Services
from tests.doubles.mail_server import MailServer, open_mail_server, shown, shown_text
from tests.settings.administrator import Administrator
from tests.world.caller import Json
from workers.jobs.mail import send_queued_mails

FROM_THE_DATABASE: Json = {
    "email_provider": "smtp",
    "email_from_address": "support@wizard.example",
    "smtp_host": "127.0.0.1",
}


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with open_mail_server() as opened:
        yield opened


async def queue(services: Services, recipient: str, language: str) -> None:
    settings, sources, _ = services.live.in_force
    async with services.sessions.committing() as session:
        await queue_test_email(
            session,
            settings.email,
            sources,
            recipient=recipient,
            language=language,
            now=clock.now(),
            platform_name=settings.branding.platform_name,
        )


async def sent(services: Services, superuser: asyncpg.Connection, recipient: str) -> Any:
    """The row of the mail, after the worker's turn."""
    await services.live.refresh()
    await send_queued_mails({"services": services})
    return await superuser.fetchrow("SELECT * FROM platform_mails WHERE recipient = $1", recipient)


async def test_the_database_decides_and_mail_and_row_say_so(
    ada: Administrator, services: Services, superuser: asyncpg.Connection, server: MailServer
) -> None:
    await ada.save("email", **FROM_THE_DATABASE, smtp_port=server.port)
    await queue(services, "evening@wizard.example", "en")
    row = await sent(services, superuser, "evening@wizard.example")
    (mail,) = server.mails
    text = shown_text(mail)
    assert "Provider: smtp (database)" in text
    assert f"Port: {server.port} (database)" in text
    assert "Sender’s address: support@wizard.example (database)" in text
    assert "Replies to: hello@wizard.example (environment)" in text
    assert "sendgrid" not in text
    assert "noreply" not in text
    assert mail["From"].addresses[0].addr_spec == "support@wizard.example"
    assert (row["status"], row["provider"]) == ("sent", "smtp")
    assert row["host"] == "127.0.0.1"
    assert shown(row["body_text"]).splitlines() == text.splitlines()
    assert (row["host"], row["port"], row["security"]) == ("127.0.0.1", server.port, "none")
    assert (row["sender_address"], row["reply_to"]) == ("support@wizard.example", "hello@wizard.example")


async def test_a_change_between_queue_and_delivery_is_in_the_mail(
    ada: Administrator, services: Services, superuser: asyncpg.Connection, server: MailServer
) -> None:
    await ada.save("email", **FROM_THE_DATABASE, smtp_port=1)
    await queue(services, "later@wizard.example", "de")
    await ada.save("email", smtp_port=server.port)
    row = await sent(services, superuser, "later@wizard.example")
    assert row["status"] == "sent"
    assert f"Port: {server.port}" in shown_text(server.mails[0])
    assert f"Port: {server.port}" in shown(row["body_text"])


async def test_the_platform_signs_with_its_own_name_unless_the_sender_has_another(
    ada: Administrator, services: Services, superuser: asyncpg.Connection, server: MailServer
) -> None:
    await ada.save("branding", platform_name="Punkteclub")
    await ada.save("email", **FROM_THE_DATABASE, smtp_port=server.port)
    for name, sender in (("", "Punkteclub"), ("Karten", "Karten")):
        await ada.save("email", email_from_name=name)
        await services.live.refresh()
        await queue(services, f"{sender}@wizard.example", "en")
        await sent(services, superuser, f"{sender}@wizard.example")
        mail = server.mails[-1]
        assert (mail["Subject"], mail["From"].addresses[0].display_name) == ("Punkteclub: test email", sender)
        assert f"Sender’s name: {sender} (" in shown_text(mail)
        assert "Orion" not in shown_text(mail)


@pytest.mark.parametrize(("answer", "status"), [("250 2.0.0 queued", "sent"), ("550 5.1.1 no", "failed")])
async def test_the_mail_of_a_connection_test_is_in_the_log_too(
    ada: Administrator, superuser: asyncpg.Connection, server: MailServer, answer: str, status: str
) -> None:
    server.says["RCPT"] = "250 OK" if status == "sent" else answer
    recipient = f"{status}@wizard.example"
    values = {**FROM_THE_DATABASE, "smtp_port": server.port}
    body = {"values": values, "recipient": recipient}
    await ada.send("POST", "/admin/settings/email/connection-test", json=body)
    row = await superuser.fetchrow("SELECT * FROM platform_mails WHERE recipient = $1", recipient)
    assert (row["status"], row["provider"], row["template_code"]) == (status, "smtp", "test_email")
    assert row["host"] == "127.0.0.1"
