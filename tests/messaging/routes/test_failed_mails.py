"""Failed emails are sent anew, many at once, after an outage."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from backend.core.clock import clock
from backend.messaging.actions import queue_platform_mail
from backend.messaging.failed_mails import actions
from backend.messaging.templates.catalog.loyalty_card_link import LOYALTY_CARD_LINK
from backend.services import Services
from tests.messaging.routes.conftest import VALUES, QueueMail
from tests.world.caller import Caller, refused
from tests.world.shop import Shop
from tests.world.statements import statements

COPIES = "SELECT status, resend_of FROM email_logs WHERE merchant_id = $1 AND resend_of IS NOT NULL ORDER BY id"
AUDITED = "SELECT after, on_behalf FROM audit_entries WHERE action = 'emails.resent' AND merchant_id = $1 ORDER BY seq"
FAILED = {"status": "failed", "error_code": "connection_refused", "attempts": 3}


@pytest.fixture
async def code(superuser: asyncpg.Connection, shop: Shop) -> str:
    return str(await superuser.fetchval("SELECT code FROM merchants WHERE id = $1", shop.merchant_id))


async def resend(admin: Caller, **filters: str) -> tuple[int, bool]:
    answer = await admin.ask("POST", "/admin/failed-emails/resend", params=filters)
    return answer["resent"], answer["has_more"]


async def count(admin: Caller, **filters: str) -> int:
    return int((await admin.get("/admin/failed-emails", params=filters))["count"])


async def test_after_an_outage_all_failed_emails_of_the_filters_are_sent_anew_once(
    admin: Caller, queue: QueueMail, shop: Shop, code: str, superuser: asyncpg.Connection
) -> None:
    mails = [await queue(f"c{number}@example.com", **FAILED) for number in range(3)]
    await queue("sent@example.com", status="sent")
    assert await count(admin, merchant=code) == 3
    for of_nobody in (count, resend):
        with refused("merchant_not_found", 404):
            await of_nobody(admin, merchant="")
    assert await resend(admin, merchant=code, recipient="c1@example.com") == (1, False)
    assert await resend(admin, merchant=code) == (2, False)
    assert await resend(admin, merchant=code) == (0, False)
    assert await count(admin, merchant=code) == 0
    copies = await superuser.fetch(COPIES, shop.merchant_id)
    assert {(row["status"], row["resend_of"]) for row in copies} == {("queued", mail.id) for mail in mails}
    audited = [tuple(row) for row in await superuser.fetch(AUDITED, shop.merchant_id)]
    assert audited == [('{"emails": 1}', True), ('{"emails": 2}', True)]


async def test_a_copy_that_fails_in_the_next_outage_is_sent_anew_in_place_of_the_first(
    admin: Caller, queue: QueueMail, shop: Shop, code: str, superuser: asyncpg.Connection
) -> None:
    mail = await queue(**FAILED)
    await resend(admin, merchant=code)
    await superuser.execute(
        "UPDATE email_logs SET status = 'failed', error_code = 'timeout' WHERE merchant_id = $1", shop.merchant_id
    )
    clock.move(timedelta(hours=1))
    assert await resend(admin, merchant=code) == (1, False)
    copies = await superuser.fetch(COPIES, shop.merchant_id)
    assert [row["resend_of"] for row in copies] == [mail.id, mail.id]


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": "marketing"},
        {"kind": "marketing", "status": "unknown", "error_code": "outcome_unknown"},
        {"status": "unknown", "error_code": "outcome_unknown"},
        {"status": "bounced", "error_code": "recipient_refused"},
        {"error_code": "address_invalid"},
        {"error_code": "expired"},
        {"expires_at": clock.now() - timedelta(minutes=1)},
        {"redacted_at": clock.now()},
    ],
)
async def test_what_a_new_email_would_not_cure_or_nobody_may_get_twice_is_left_out(
    admin: Caller, queue: QueueMail, code: str, columns: dict[str, Any]
) -> None:
    await queue(**FAILED | columns)
    assert await count(admin, merchant=code) == 0
    assert await resend(admin, merchant=code) == (0, False)


async def test_two_administrators_at_once_send_each_email_once(
    admin: Caller, queue: QueueMail, shop: Shop, code: str, superuser: asyncpg.Connection
) -> None:
    for number in range(4):
        await queue(f"c{number}@example.com", **FAILED)
    answers = await asyncio.gather(*(resend(admin, merchant=code) for _ in range(3)))
    assert sum(resent for resent, _ in answers) == 4
    assert len(await superuser.fetch(COPIES, shop.merchant_id)) == 4


async def test_a_call_sends_a_limited_number_and_says_that_there_are_more(
    admin: Caller, queue: QueueMail, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "FAILED_MAX", 2)
    for number in range(3):
        await queue(f"c{number}@example.com", **FAILED)
    shown = await admin.get("/admin/failed-emails", params={"merchant": code})
    assert (shown["count"], shown["has_more"]) == (2, True)
    assert await resend(admin, merchant=code) == (2, True)
    assert await resend(admin, merchant=code) == (1, False)


async def test_the_statements_do_not_grow_with_the_emails(admin: Caller, queue: QueueMail, code: str) -> None:
    counts = []
    for mails in (1, 6):
        for number in range(mails):
            await queue(f"c{mails}{number}@example.com", **FAILED)
        with statements() as asked:
            assert await resend(admin, merchant=code) == (mails, False)
        counts.append(len(asked))
    assert counts[0] == counts[1]


async def test_the_platforms_own_emails_are_sent_anew_too(
    admin: Caller, services: Services, superuser: asyncpg.Connection
) -> None:
    recipient = f"otto.{uuid4().hex}@example.com"
    async with services.sessions.committing() as session:
        await queue_platform_mail(
            session,
            recipient,
            LOYALTY_CARD_LINK,
            VALUES,
            recipient=recipient,
            language="en",
            now=clock.now(),
            platform_name="Orion",
        )
    await superuser.execute(
        "UPDATE platform_mails SET status = 'failed', error_code = 'timeout' WHERE recipient = $1", recipient
    )
    assert await resend(admin, recipient=recipient.upper()) == (1, False)
    assert await resend(admin, recipient=recipient) == (0, False)


async def test_the_failed_emails_of_a_merchant_that_there_is_not(admin: Caller) -> None:
    with refused("merchant_not_found", 404):
        await admin.get("/admin/failed-emails", params={"merchant": "nobody"})
    with refused("merchant_not_found", 404):
        await resend(admin, merchant="nobody")
