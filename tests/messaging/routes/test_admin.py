"""The email log of the platform's administrators."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.core.clock import clock
from backend.messaging.actions import queue_platform_mail, redact_mails
from backend.messaging.faults import FAULTS
from backend.messaging.models import EmailLog
from backend.messaging.secrets import SECRET, seal_secret
from backend.messaging.templates.catalog.loyalty_card_link import LOYALTY_CARD_LINK
from backend.services import Services
from tests.conftest import OpenShop
from tests.messaging.routes.conftest import VALUES, QueueMail
from tests.world.caller import Caller, refused
from tests.world.shop import Shop

CODE = "SELECT code FROM merchants WHERE id = $1"


async def recipients(admin: Caller, **filters: Any) -> list[str]:
    """Of one page."""
    return [mail["recipient"] for mail in (await admin.get("/admin/emails", params=filters))["data"]]


@pytest.fixture
async def code(superuser: asyncpg.Connection, shop: Shop) -> str:
    return str(await superuser.fetchval(CODE, shop.merchant_id))


async def test_an_email_is_listed_with_what_was_used_and_why_it_failed(
    admin: Caller, queue: QueueMail, code: str
) -> None:
    mail = await queue(
        status="failed", attempts=3, provider="smtp", host="mail.example", port=587, security="starttls",
        sender_name="Fashion Group", sender_address="cards@orion.example", message_id="<1@orion.example>",
        error_code="auth_refused", error="535 No", history=[{"at": clock.now().isoformat(), "outcome": "failed",
        "code": "auth_refused", "reply": "535 No"}],
    )  # fmt: skip
    (shown,) = (await admin.get("/admin/emails", params={"merchant": code}))["data"]
    assert (shown["id"], shown["merchant_name"]) == (str(mail.id), "Fashion Group")
    assert (shown["status"], shown["attempts"], shown["provider"], shown["host"]) == (
        "failed",
        3,
        "smtp",
        "mail.example",
    )
    assert shown["problem"] == FAULTS["auth_refused"].sentence
    detail = await admin.reading("de").get(f"/admin/emails/{mail.id}")
    assert (detail["port"], detail["security"], detail["sender_address"]) == (587, "starttls", "cards@orion.example")
    assert detail["problem"] != FAULTS["auth_refused"].sentence
    assert detail["advice"]
    (event,) = detail["history"]
    assert (event["outcome"], event["code"], event["reply"]) == ("failed", "auth_refused", "535 No")
    assert detail["can_be_resent"]


async def test_no_link_that_opens_a_card_can_be_read_in_it(admin: Caller, shop: Shop, queue: QueueMail) -> None:
    card = await shop.a_card()
    mail = await queue(card_id=UUID(card["id"]))
    text = (await admin.get(f"/admin/emails/{mail.id}"))["body_text"]
    assert "/c/…" in text
    assert card["page_url"] not in text


async def test_the_list_is_filtered(admin: Caller, queue: QueueMail, code: str) -> None:
    now = clock.now()
    await queue("anna@example.com", status="sent")
    await queue("Otto@example.com", status="bounced", created_at=now - timedelta(days=3))
    await queue("marie@example.com", status="sent", template_code="loyalty_welcome_bonus")
    assert await recipients(admin, merchant=code) == ["marie@example.com", "anna@example.com", "Otto@example.com"]
    assert await recipients(admin, merchant=code, status="bounced") == ["Otto@example.com"]
    assert await recipients(admin, merchant=code, template="loyalty_welcome_bonus") == ["marie@example.com"]
    assert await recipients(admin, merchant=code, recipient=" otto@example.com ") == ["Otto@example.com"]
    assert await recipients(admin, merchant=code, recipient="otto") == []
    days = {"from": (now - timedelta(days=3)).date().isoformat(), "until": (now - timedelta(days=3)).date().isoformat()}
    assert await recipients(admin, merchant=code, **days) == ["Otto@example.com"]
    assert await recipients(admin, merchant=code, until=(now - timedelta(days=4)).date().isoformat()) == []
    oldest_first = ["Otto@example.com", "anna@example.com", "marie@example.com"]
    assert await recipients(admin, merchant=code, order="oldest") == oldest_first
    assert await recipients(admin, merchant=code, order="oldest", **days) == ["Otto@example.com"]


async def test_the_emails_about_a_customers_cards_are_found_by_the_customer(
    admin: Caller, shop: Shop, queue: QueueMail
) -> None:
    card, other = await shop.a_card(), await shop.a_card()
    mails = [await queue(card_id=UUID(card["id"])) for _ in range(2)]
    await queue(card_id=UUID(other["id"]))
    asked = {"customer_id": card["customer"]["id"], "template": LOYALTY_CARD_LINK.code, "order": "oldest"}
    first = await admin.get("/admin/emails", params=asked | {"limit": 1})
    rest = await admin.get("/admin/emails", params=asked | {"after": first["next_cursor"]})
    assert [mail["id"] for mail in first["data"] + rest["data"]] == [str(mail.id) for mail in mails]
    assert await recipients(admin, customer_id=str(uuid4())) == []


async def test_the_list_has_pages_over_all_merchants_and_the_platform(
    admin: Caller, opened: OpenShop, services: Services, queue: QueueMail
) -> None:
    """Each row once, newest first."""
    other, recipient = await opened(), f"otto.{uuid4().hex}@example.com"
    mails = [await queue(recipient) for _ in range(3)]
    async with services.sessions.committing(other.merchant_id) as session:
        session.add(EmailLog(**columns_of(mails[0]) | {"merchant_id": other.merchant_id, "id": uuid4()}))
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
    seen, cursor = [], None
    for _ in range(3):
        page = await admin.get(
            "/admin/emails", params={"recipient": recipient, "limit": 2} | ({"after": cursor} if cursor else {})
        )
        seen += page["data"]
        cursor = page["next_cursor"]
    assert (cursor, len({mail["id"] for mail in seen}), len(seen)) == (None, 5, 5)
    assert [mail["created_at"] for mail in seen] == sorted((mail["created_at"] for mail in seen), reverse=True)
    assert len({mail["merchant_code"] for mail in seen}) == 3
    assert None in {mail["merchant_code"] for mail in seen}
    with refused("cursor_expired", 410):
        await admin.get(
            "/admin/emails",
            params={"after": (await admin.get("/admin/emails", params={"limit": 1}))["next_cursor"], "status": "sent"},
        )


def columns_of(mail: EmailLog) -> dict[str, Any]:
    return {column.key: getattr(mail, column.key) for column in EmailLog.__table__.columns if not column.computed}


async def test_an_email_is_sent_again_as_a_new_one_that_names_the_first(
    admin: Caller, queue: QueueMail, superuser: asyncpg.Connection
) -> None:
    mail = await queue(status="bounced", attempts=1)
    copy = await admin.post(f"/admin/emails/{mail.id}/resend")
    assert (copy["status"], copy["attempts"], copy["resend_of"]) == ("queued", 0, str(mail.id))
    assert (copy["recipient"], copy["body_text"]) == ("zoe@example.com", mail.body_text)
    with refused("email_in_progress", 409):
        await admin.post(f"/admin/emails/{mail.id}/resend")
    with refused("email_in_progress", 409):
        await admin.post(f"/admin/emails/{copy['id']}/resend")
    await superuser.execute("UPDATE email_logs SET status = 'sent' WHERE id = $1", UUID(copy["id"]))
    again = await admin.post(f"/admin/emails/{copy['id']}/resend")
    assert again["resend_of"] == str(mail.id)
    entry = await superuser.fetchrow("SELECT * FROM audit_entries WHERE subject_id = $1", mail.id)
    assert (entry["merchant_id"], entry["action"], entry["on_behalf"]) == (mail.merchant_id, "email.resent", True)
    assert "zoe" not in str(entry)


async def test_an_email_that_waits_says_until_when(admin: Caller, queue: QueueMail) -> None:
    at = clock.now() + timedelta(minutes=4)
    waiting, sent = await queue(available_at=at), await queue(status="sent", available_at=at)
    told = (await admin.get(f"/admin/emails/{waiting.id}"))["next_attempt_at"]
    assert datetime.fromisoformat(told) == at
    assert (await admin.get(f"/admin/emails/{sent.id}"))["next_attempt_at"] is None


@pytest.mark.parametrize(("status", "kind", "is_told"), [
    ("unknown", "transactional", True), ("queued", "transactional", False), ("unknown", "marketing", False),
])  # fmt: skip
async def test_an_administrator_is_told_to_ask_before_sending_again_an_email_that_may_have_arrived(
    admin: Caller, queue: QueueMail, *, status: str, kind: str, is_told: bool
) -> None:
    mail = await queue(status=status, kind=kind, error_code="outcome_unknown")
    advice = (await admin.get(f"/admin/emails/{mail.id}"))["advice"]
    assert advice == ("Ask the recipient before you send it as a new email." if is_told else None)


async def test_a_code_that_is_still_valid_is_in_the_copy_and_on_no_page(
    admin: Caller, queue: QueueMail, services: Services, superuser: asyncpg.Connection
) -> None:
    sealed = seal_secret(services.key_ring, "471147", "zoe@example.com")
    valid = clock.now() + timedelta(minutes=5)
    mail = await queue(status="failed", expires_at=valid, sealed_secret=sealed, body_text=f"Code: {SECRET}")
    copy = await admin.post(f"/admin/emails/{mail.id}/resend")
    assert "471147" not in str(copy)
    assert sealed not in str(copy)
    row = await superuser.fetchrow("SELECT sealed_secret, expires_at FROM email_logs WHERE id = $1", UUID(copy["id"]))
    assert tuple(row) == (sealed, valid)


@pytest.mark.parametrize(
    "columns",
    [{"kind": "marketing"}, {"expires_at": clock.now() - timedelta(minutes=1)}, {"redacted_at": clock.now()}],
)
async def test_what_is_no_longer_valid_or_wanted_is_not_sent_again(
    admin: Caller, queue: QueueMail, columns: dict[str, Any]
) -> None:
    mail = await queue(status="failed", **columns)
    assert not (await admin.get(f"/admin/emails/{mail.id}"))["can_be_resent"]
    with refused("email_not_resendable", 409):
        await admin.post(f"/admin/emails/{mail.id}/resend")


async def test_the_emails_of_an_erased_customer_say_nothing_of_them(
    admin: Caller, shop: Shop, services: Services, queue: QueueMail, superuser: asyncpg.Connection
) -> None:
    card_id = UUID((await shop.a_card())["id"])
    failed = {"at": clock.now().isoformat(), "outcome": "deferred", "code": "deferred", "reply": "451 zoe@example.com"}
    sent = await queue(card_id=card_id, status="sent", body_html="<p>Zoë</p>", error="zoe", history=[failed])
    waiting, other = await queue(card_id=card_id), await queue()
    async with services.sessions.committing(shop.merchant_id) as session:
        await redact_mails(session, shop.merchant_id, [card_id], clock.now())
    for mail, status in ((sent, "sent"), (waiting, "failed")):
        row = await superuser.fetchrow("SELECT * FROM email_logs WHERE id = $1", mail.id)
        assert row["status"] == status
        assert not {"zoe", "zoë"} & set(re.findall(r"\w+", str(row).lower()))
        assert (await admin.get(f"/admin/emails/{mail.id}"))["is_redacted"]
    assert (await admin.get(f"/admin/emails/{sent.id}"))["history"][0]["outcome"] == "deferred"
    assert (await admin.get(f"/admin/emails/{other.id}"))["recipient"] == "zoe@example.com"


async def test_an_email_or_a_merchant_that_there_is_not(admin: Caller) -> None:
    with refused("email_not_found", 404):
        await admin.get(f"/admin/emails/{uuid4()}")
    with refused("email_not_found", 404):
        await admin.post(f"/admin/emails/{uuid4()}/resend")
    with refused("merchant_not_found", 404):
        await admin.get("/admin/emails", params={"merchant": "nobody"})


@pytest.mark.parametrize("name", ["merchant", "template", "recipient"])
async def test_what_no_database_can_look_for_is_refused(admin: Caller, name: str) -> None:
    with refused("validation_failed", 422):
        await admin.get("/admin/emails", params={name: "a\x00b"})


async def test_the_last_of_all_days_is_a_day_like_any_other(admin: Caller, queue: QueueMail, code: str) -> None:
    await queue("anna@example.com", status="sent")
    days = {"from": "0001-01-01", "until": "9999-12-31"}
    assert await recipients(admin, merchant=code, **days) == ["anna@example.com"]
