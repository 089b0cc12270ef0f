"""`orion explain` tells an operator the story of one email."""

from functools import partial
from uuid import UUID

import asyncpg
import msgspec
import pytest

from backend.core.clock import clock
from backend.core.mail_settings import MailSettings
from backend.messaging.queries import find_merchant_of
from backend.messaging.test_email import queue_test_email
from backend.services import Services
from tests.cli.conftest import Orion
from tests.doubles.mail_server import open_mail_server
from tests.world.emails import put_off_waiting_emails
from tests.world.outbox import forget_other_events
from tests.world.patience import until
from tests.world.platform import with_mail
from tests.world.shop import Shop
from workers.jobs.mail import send_queued_mails
from workers.jobs.outbox import relay_outbox

OTTO = "otto.erzählt@example.com"


async def _is_written(services: Services, superuser: asyncpg.Connection, shop: Shop) -> bool:
    await relay_outbox({"services": services})
    written = "SELECT count(*) FROM email_logs WHERE merchant_id = $1 AND recipient = $2"
    return bool(await superuser.fetchval(written, shop.merchant_id, OTTO))


@pytest.fixture
async def mail_id(shop: Shop, services: Services, superuser: asyncpg.Connection) -> UUID:
    """Of an email to Otto, which a mail server has asked to come later with."""
    await put_off_waiting_emails(superuser)
    await forget_other_events(superuser, shop)
    await shop.anna.enroll(OTTO)
    await until(partial(_is_written, services, superuser, shop))
    async with open_mail_server(RCPT="451 4.7.1 Greylisted") as server:
        told = with_mail(services, email_provider="smtp", smtp_host="127.0.0.1", smtp_port=server.port)
        await send_queued_mails({"services": told})
    found = await superuser.fetchval(
        "SELECT id FROM email_logs WHERE merchant_id = $1 AND recipient = $2", shop.merchant_id, OTTO
    )
    assert isinstance(found, UUID)
    return found


async def test_the_story_of_an_email_that_waits(
    orion: Orion, mail_id: UUID, services: Services, superuser: asyncpg.Connection
) -> None:
    result = await orion("explain", "mail", str(mail_id), smtp_port="2599", email_provider="smtp")
    assert result.exit_code == 0, result.output
    due = await superuser.fetchval("SELECT available_at FROM email_logs WHERE id = $1", mail_id)
    for told in (
        "(loyalty_enrollment, version ",
        OTTO,
        "deferred · The email server asked us to try later. · 451 4.7.1 Greylisted",
        "queued, 1 attempts",
        "smtp 127.0.0.1:",
        f"The worker tries at {due:%Y-%m-%d %H:%M:%S} UTC.",
    ):
        assert told in result.output
    # What is in force now is not what the last attempt has used.
    assert "2599" in result.output
    assert await find_merchant_of(services.pool, mail_id) is not None


async def test_the_same_for_programs(orion: Orion, mail_id: UUID) -> None:
    result = await orion("explain", "mail", str(mail_id), "--json")
    story = msgspec.json.decode(result.output)
    assert (story["mail"]["id"], story["mail"]["status"]) == (str(mail_id), "queued")
    assert [event["outcome"] for event in story["mail"]["history"]] == ["deferred"]
    assert story["in_force"]["email_provider"] == {"value": "console", "source": "default"}
    assert story["next"].startswith("The worker tries at ")
    assert "body_text" not in story["mail"]
    assert "/c/" not in result.output


async def test_who_has_got_no_email_is_found_by_the_address(orion: Orion, mail_id: UUID, shop: Shop) -> None:
    """As people write it. The last one is told, and those before are named."""
    assert str(mail_id) in (await orion("explain", "mail", OTTO.upper(), "--json")).output
    again = await orion("explain", "mail", f" {OTTO} ")
    assert again.exit_code == 0, again.output
    assert f"to             {OTTO}" in again.output
    story = msgspec.json.decode((await orion("explain", "mail", OTTO, "--json")).output)
    told = [story["mail"]["id"], *(other["id"] for other in story["others"])]
    assert str(mail_id) in told
    written = [story["mail"]["created_at"], *(other["created_at"] for other in story["others"])]
    assert written == sorted(written, reverse=True)
    for other in story["others"]:
        assert f"{other['template']} · {other['status']}: `orion explain mail {other['id']}`" in again.output
    nobody = await orion("explain", "mail", f"nobody-{shop.code}@example.com")
    assert (nobody.exit_code, nobody.output.strip()) == (1, "There is no such email")


async def test_an_email_of_the_platform_has_a_story_too(orion: Orion, services: Services) -> None:
    sources = dict.fromkeys(MailSettings.__struct_fields__, "default")
    async with services.sessions.committing() as session:
        mail_id = await queue_test_email(
            session,
            MailSettings(),
            sources,
            recipient="zoe@example.com",
            language="en",
            now=clock.now(),
            platform_name="Orion",
        )
    result = await orion("explain", "mail", str(mail_id))
    assert result.exit_code == 0, result.output
    assert "from           the platform" in result.output
    assert "It is due" in result.output


async def test_an_email_that_is_not_there_is_said_in_one_sentence(orion: Orion) -> None:
    unknown = await orion("explain", "mail", str(UUID(int=7)))
    assert (unknown.exit_code, len(unknown.output.splitlines())) == (1, 1)
    assert (await orion("explain", "mail", "otto")).exit_code == 2
