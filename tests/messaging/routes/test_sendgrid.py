"""SendGrid reports what became of mails."""

import base64
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from backend.core.clock import clock
from backend.messaging.suppression import is_suppressed
from backend.services import Services
from tests.messaging.routes.conftest import QueueMail
from tests.world.caller import Caller, refused
from tests.world.statements import statements
from tests.world.till import AnonymousCaller

Report = Callable[..., Awaitable[Any]]
NESTED = b"[" * 100_000 + b"]" * 100_000
ROW = "SELECT * FROM email_logs WHERE id = $1"


def signed(key: EllipticCurvePrivateKey, body: bytes, at: datetime) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    signature = key.sign(timestamp.encode() + body, ECDSA(SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        "Content-Type": "application/json",
    }


@pytest.fixture
def report(anonymous: AnonymousCaller, signing_key: EllipticCurvePrivateKey) -> Report:
    async def told(*events: dict[str, Any]) -> Any:
        body = msgspec.json.encode(events)
        return await anonymous.ask(
            "POST", "/sendgrid/events", content=body, headers=signed(signing_key, body, clock.now())
        )

    return told


def event(kind: str, mail_id: UUID, **values: Any) -> dict[str, Any]:
    return {
        "event": kind,
        "mail_id": str(mail_id),
        "timestamp": int(clock.now().timestamp()),
        "sg_event_id": "x",
    } | values


@pytest.mark.parametrize(
    ("events", "status", "code"),
    [
        (["delivered"], "delivered", None),
        (["bounce"], "bounced", "bounced"),
        (["delivered", "bounce"], "bounced", "bounced"),
        (["bounce", "delivered"], "bounced", "bounced"),
        (["dropped"], "failed", "dropped"),
        (["delivered", "spamreport"], "complained", "complained"),
        (["processed", "open", "click"], "sent", None),
    ],
)
async def test_reports_change_the_status_in_every_order(
    report: Report, queue: QueueMail, superuser: asyncpg.Connection, *, events: list[str], status: str, code: str | None
) -> None:
    mail = await queue(f"{uuid4().hex}@example.com", status="sent", provider="sendgrid")
    await report(*(event(kind, mail.id, reason="550 gone") for kind in events))
    row = await superuser.fetchrow(ROW, mail.id)
    assert (row["status"], row["error_code"]) == (status, code)
    for _ in range(2):
        await report(*(event(kind, mail.id, reason="550 gone") for kind in events))
    assert (await superuser.fetchrow(ROW, mail.id))["status"] == status


async def test_the_same_report_twice_is_one(report: Report, queue: QueueMail, admin: Caller) -> None:
    mail = await queue(f"{uuid4().hex}@example.com", status="sent")
    bounce = event("bounce", mail.id, reason="550 5.1.1 No such user\r\nreally")
    await report(bounce, bounce)
    await report(bounce)
    (shown,) = (await admin.get(f"/admin/emails/{mail.id}"))["history"]
    assert (shown["outcome"], shown["reply"]) == ("bounced", "550 5.1.1 No such user really")


async def test_many_reports_are_taken_in_as_many_statements_as_a_few(report: Report, queue: QueueMail) -> None:
    counts = []
    for mails in (2, 9):
        queued = [await queue(f"{uuid4().hex}@example.com", status="sent") for _ in range(mails)]
        with statements() as asked:
            await report(*(event(kind, mail.id) for mail in queued for kind in ("delivered", "bounce")))
        counts.append(len(asked))
    assert counts[0] == counts[1]


async def test_a_report_that_quotes_a_private_link_is_kept_without_it(
    report: Report, queue: QueueMail, admin: Caller
) -> None:
    mail = await queue(f"{uuid4().hex}@example.com", status="sent")
    await report(event("bounce", mail.id, reason=f"554 spam: https://cards.example/u/{'Ab-_' * 16}"))
    (shown,) = (await admin.get(f"/admin/emails/{mail.id}"))["history"]
    assert shown["reply"] == "554 spam: https://cards.example/u/[…]"


@pytest.mark.parametrize(("kind", "is_so"), [("bounce", True), ("spamreport", True), ("delivered", False)])
async def test_a_mailbox_that_bounced_or_complained_gets_no_marketing(
    report: Report, queue: QueueMail, services: Services, kind: str, *, is_so: bool
) -> None:
    recipient = f"{uuid4().hex}@example.com"
    mail = await queue(recipient, status="sent")
    await report(event(kind, mail.id))
    async with services.sessions.committing() as session:
        assert await is_suppressed(session, services.key_ring, recipient.upper()) is is_so


async def test_a_temporary_block_is_no_dead_mailbox(
    report: Report, queue: QueueMail, services: Services, superuser: asyncpg.Connection
) -> None:
    mail = await queue(f"{uuid4().hex}@example.com", status="sent")
    await report(event("bounce", mail.id, type="blocked", reason="554 poor reputation"))
    row = await superuser.fetchrow(ROW, mail.id)
    assert (row["status"], row["error_code"]) == ("failed", "blocked")
    async with services.sessions.committing() as session:
        assert not await is_suppressed(session, services.key_ring, mail.recipient)


async def test_events_of_other_senders_and_of_deleted_mails_are_left_out(report: Report, queue: QueueMail) -> None:
    mail = await queue(f"{uuid4().hex}@example.com", status="sent")
    others = [{"event": "bounce"}, {"event": 7}, event("bounce", uuid4()), {"event": "bounce", "mail_id": "\u0000"}]
    assert await report(*others, event("delivered", mail.id), event("bounce", mail.id, timestamp=10**18)) is None


async def test_a_report_about_a_mail_that_may_have_arrived_ends_it(
    report: Report, queue: QueueMail, superuser: asyncpg.Connection
) -> None:
    mail = await queue(f"{uuid4().hex}@example.com", status="queued", attempts=1)
    await report(event("delivered", mail.id))
    assert (await superuser.fetchrow(ROW, mail.id))["status"] == "delivered"


async def test_unsigned_forged_old_and_changed_reports_are_refused(
    anonymous: AnonymousCaller, signing_key: EllipticCurvePrivateKey, queue: QueueMail, superuser: asyncpg.Connection
) -> None:
    mail = await queue(f"{uuid4().hex}@example.com", status="sent")
    body, now = msgspec.json.encode([event("bounce", mail.id)]), clock.now()
    right = signed(signing_key, body, now)
    for headers, content in (
        ({}, body),
        (right | {"X-Twilio-Email-Event-Webhook-Signature": "not base64!"}, body),
        (right | {"X-Twilio-Email-Event-Webhook-Timestamp": "soon"}, body),
        (right | {"X-Twilio-Email-Event-Webhook-Timestamp": str(int(now.timestamp()) + 1)}, body),
        (signed(generate_private_key(SECP256R1()), body, now), body),
        (signed(signing_key, body, now - timedelta(minutes=11)), body),
        (signed(signing_key, body, now + timedelta(minutes=11)), body),
        (right, body + b" "),
        (signed(signing_key, b"{}", now), b"{}"),
        (signed(signing_key, NESTED, now), NESTED),
    ):
        with refused("events_refused", 403):
            await anonymous.ask("POST", "/sendgrid/events", content=content, headers=headers)
    assert (await superuser.fetchrow(ROW, mail.id))["status"] == "sent"


async def test_a_body_that_is_too_large_is_not_read(anonymous: AnonymousCaller) -> None:
    with refused("payload_too_large", 413):
        await anonymous.ask("POST", "/sendgrid/events", content=b"x" * (2 * 1024 * 1024 + 1))
