"""Sign-in codes, invitations and password resets: the recipient gets the secret, the log does not."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.identity.mails import Addressee, Secret, queue_invitation, queue_password_reset, queue_sign_in_code
from backend.loyalty.cards.recipient import find_recipient
from backend.services import Services
from tests.doubles.smtp import PostOffice, text_of
from tests.workers.conftest import relay_and_send
from tests.world.shop import Shop
from workers.jobs.mail import send_queued_mails

MINUTES, HOURS = timedelta(minutes=10), timedelta(hours=72)
LUC = Addressee("luc@fashion.example", "Luc", "de")


async def queue(services: Services, shop: Shop, kind: str) -> str:
    """What must arrive, and stand nowhere else."""
    keys, now = services.key_ring, clock.now()
    if kind == "code":
        card = await shop.a_card(email="otto@example.com")
        async with services.sessions.committing(shop.merchant_id) as session:
            to = await find_recipient(session, shop.merchant_id, UUID(card["id"]), services.links)
            assert to is not None
            hidden = services.not_me_links.hidden_url
            await queue_sign_in_code(
                session, keys, to, Secret("482913", MINUTES), now, not_me_url=hidden, platform_name="Punkteclub"
            )
        return "482913"
    async with services.sessions.committing() as session:
        if kind == "invitation":
            token, page = Secret("T0kenOfLuc", HOURS), "http://orion.test/invitations"
            told = {
                "page_url": page,
                "platform_name": "Punkteclub",
                "inviter": "Claire Muller",
                "merchant_name": "Fashion Group",
            }
            await queue_invitation(session, keys, LUC, token, now, **told)
            return f"{page}/T0kenOfLuc"
        page = "http://orion.test/password"
        await queue_password_reset(
            session, keys, LUC, Secret("T0kenOfLuc", MINUTES), now, page_url=page, platform_name="Punkteclub"
        )
        return f"{page}/T0kenOfLuc"


@pytest.mark.parametrize("kind", ["code", "invitation", "reset"])
async def test_the_recipient_gets_the_secret_and_the_log_does_not(
    working: dict[str, Services], shop: Shop, post_office: PostOffice, superuser: asyncpg.Connection, kind: str
) -> None:
    secret = await queue(working["services"], shop, kind)
    await relay_and_send(working)
    mail = next(mail for mail in post_office.mails if "card" not in mail["Subject"])
    for body in (text_of(mail), text_of(mail, "html")):
        assert secret in body
        assert "•" not in body
        assert ("Fashion Group" if kind == "invitation" else "Punkteclub") in body
        assert "Orion" not in body
    kept = await superuser.fetchval(
        "SELECT string_agg(row, ' ') FROM (SELECT email_logs::text AS row FROM email_logs "
        "UNION ALL SELECT platform_mails::text FROM platform_mails) AS rows"
    )
    assert secret.rpartition("/")[2] not in kept
    assert "••••••" in kept


async def test_a_code_that_comes_too_late_is_not_sent(
    working: dict[str, Services], shop: Shop, post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    await queue(working["services"], shop, "code")
    clock.move(MINUTES + timedelta(seconds=1))
    await send_queued_mails(working)
    assert post_office.mails == []
    assert await superuser.fetchval("SELECT error_code FROM email_logs") == "expired"


async def test_a_secret_copied_to_another_recipient_is_not_sent(
    working: dict[str, Services], shop: Shop, post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    await queue(working["services"], shop, "reset")
    await superuser.execute("UPDATE platform_mails SET recipient = 'mallory@example.com'")
    await send_queued_mails(working)
    assert post_office.mails == []
    assert await superuser.fetchval("SELECT error_code FROM platform_mails") == "secret_unreadable"
