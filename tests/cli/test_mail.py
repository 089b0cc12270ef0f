"""`orion mail test` tells an operator what is used, where it comes from, and what is wrong."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import msgspec
import pytest

from backend.cli import mail
from backend.services import Services
from tests.cli.conftest import Orion
from tests.doubles.mail_server import MailServer, open_mail_server
from tests.world.platform import with_mail
from workers.jobs.mail import send_queued_mails


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with open_mail_server() as opened:
        yield opened


def named(server: MailServer) -> dict[str, str]:
    return {"email_provider": "smtp", "smtp_host": "127.0.0.1", "smtp_port": str(server.port)}


async def test_two_mails_arrive_one_of_them_through_the_queue(
    orion: Orion, server: MailServer, services: Services
) -> None:
    recipient = f"{uuid4().hex}@example.com"
    told = with_mail(services, email_provider="smtp", smtp_host="127.0.0.1", smtp_port=server.port)
    command = asyncio.ensure_future(orion("mail", "test", recipient, **named(server)))
    while not command.done():
        await send_queued_mails({"services": told})
        await asyncio.wait([command], timeout=0.05)
    result = command.result()
    assert result.exit_code == 0, result.output
    assert "smtp_port" in result.output
    assert "environment" in result.output
    assert "Email works with these settings." in result.output
    assert "The email through the queue: sent." in result.output
    # The queue may hold emails of other tests.
    mails = [mail for mail in server.mails if mail["To"] == recipient]
    assert len(mails) == 2


async def test_a_step_that_fails_ends_with_1_and_queues_nothing(orion: Orion, server: MailServer) -> None:
    server.says["RCPT"] = "550 5.1.1 No such mailbox"
    result = await orion("mail", "test", "nobody@example.com", "--json", **named(server))
    told = msgspec.json.decode(result.stdout)
    assert result.exit_code == 1
    assert (told["ok"], told["verdict"]["code"], told["queued_mail"]) == (False, "recipient_refused", None)
    assert told["configuration"]["smtp_port"] == {"value": str(server.port), "source": "environment"}
    assert [step["name"] for step in told["steps"]] == ["DNS", "TCP", "TLS", "AUTH", "SEND"]


async def test_without_a_worker_it_ends_with_3(
    orion: Orion, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "DELIVERED_WITHIN_SECONDS", 0.1)
    result = await orion("mail", "test", "late@example.com", **named(server))
    assert result.exit_code == 3
    assert "The email through the queue: queued." in result.output


async def test_without_redis_it_ends_with_3_too(
    orion: Orion, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The timed job of a worker finds the mail once Redis is back."""
    monkeypatch.setattr(mail, "DELIVERED_WITHIN_SECONDS", 0.1)
    result = await orion("mail", "test", "late@example.com", **named(server), redis_url="redis://127.0.0.1:1")
    assert (result.exit_code, result.exception.__class__) == (3, SystemExit)


async def test_what_is_no_address_is_wrong_usage(orion: Orion) -> None:
    result = await orion("mail", "test", "nobody")
    assert result.exit_code == 2
