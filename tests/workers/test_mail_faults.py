"""Each mail ends in the right status after every answer of the mail server, and none is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest

from backend.core import leases
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.database_connector import DatabaseUnreachable
from backend.core.outbound.breaker import OPEN_SECONDS
from backend.services import Services
from tests.conftest import LogLines
from tests.doubles.smtp import PostOffice, Stage, open_post_office, open_slow_post_office
from tests.workers.attempts import MINUTE, OTTO, Row, Send, ended, outcomes, wait_for_noon
from tests.world.caller import Json
from tests.world.patience import until
from tests.world.platform import with_mail
from tests.world.shop import Shop
from workers.jobs import mail as mail_job
from workers.jobs import mail_outcome
from workers.jobs.mail import send_queued_mails
from workers.jobs.outbox import relay_outbox
from workers.runner import coalesced


async def test_a_server_that_is_away_is_asked_three_times_and_the_log_says_what_to_do(
    row: Row, send: Send, log_lines: LogLines
) -> None:
    entry = await ended(row, send, smtp_port=1)
    assert (entry["status"], entry["error_code"], entry["attempts"]) == ("failed", "connection_refused", 3)
    assert outcomes(entry) == [("failed", "connection_refused")] * 3
    assert (entry["host"], entry["port"], entry["security"]) == ("127.0.0.1", 1, "none")
    lines = [line for line in log_lines() if line["event"] == "mail_failed"]
    assert [line["status"] for line in lines] == ["queued", "queued", "failed"]
    assert "587 is usual with STARTTLS" in lines[0]["advice"]
    assert (lines[0]["provider"], lines[0]["host"], lines[0]["port"]) == ("smtp", "127.0.0.1", 1)
    assert OTTO not in str(lines)


async def test_a_server_that_sends_a_byte_a_second_is_not_waited_for(row: Row, send: Send) -> None:
    async with open_slow_post_office() as port:
        await send(smtp_port=port, smtp_timeout_seconds=1)
    assert ((await row())["status"], (await row())["error_code"]) == ("queued", "timeout")
    clock.move(MINUTE)
    await send()
    assert (await row())["status"] == "sent"


async def test_a_server_that_asks_us_to_come_back_gets_the_mail_later(
    row: Row, send: Send, post_office: PostOffice
) -> None:
    post_office.refused[OTTO] = "451 4.7.1 Greylisted, come back later"
    await send()
    waiting = await row()
    assert (waiting["status"], waiting["error_code"]) == ("queued", "deferred")
    assert waiting["error"] == "451 4.7.1 Greylisted, come back later"
    for minutes in (1, 2, 4):
        clock.move(timedelta(minutes=minutes))
        await send()
    post_office.refused.clear()
    clock.move(timedelta(minutes=7))
    await send()
    assert (await row())["status"] == "queued"
    clock.move(timedelta(minutes=1))
    await send()
    sent = await row()
    assert (sent["status"], sent["attempts"], sent["error"], sent["error_code"]) == ("sent", 5, None, None)
    assert outcomes(sent) == [("deferred", "deferred")] * 4 + [("accepted", None)]


@pytest.mark.parametrize(
    "reply",
    ["450 4.7.1 Rate limit exceeded", "421 4.7.0 Too many messages", "451 4.7.1 Please slow down", "450 Throttled"],
)
async def test_a_server_to_which_we_send_too_fast_is_given_a_pause_and_the_log_says_what_to_do(
    row: Row, send: Send, post_office: PostOffice, log_lines: LogLines, *, reply: str
) -> None:
    post_office.replies["MAIL"] = reply
    await send()
    waiting = await row()
    assert (waiting["status"], waiting["error_code"], waiting["error"]) == ("queued", "rate_limited", reply)
    (line,) = [line for line in log_lines() if line["event"] == "mail_failed"]
    assert line["advice"] == "Lower the rate of emails in the settings."


async def test_an_address_that_the_server_refuses_has_bounced_at_once_and_gets_no_marketing(
    row: Row, send: Send, post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    post_office.refused[OTTO] = "550 5.1.1 No such user"
    entry = await ended(row, send)
    assert (entry["status"], entry["error_code"], entry["attempts"]) == ("bounced", "recipient_refused", 1)
    await superuser.execute("UPDATE email_logs SET status = 'queued', kind = 'marketing'")
    post_office.refused.clear()
    entry = await ended(row, send)
    assert (entry["status"], entry["error_code"], post_office.mails) == ("failed", "suppressed", [])
    await superuser.execute("UPDATE email_logs SET status = 'queued', kind = 'transactional'")
    assert (await ended(row, send))["status"] == "sent"


@pytest.mark.parametrize(
    ("replies", "status", "code", "attempts"),
    [
        ({"MAIL": "553 5.7.1 Not your address"}, "failed", "sender_refused", 3),
        ({"RCPT": "550 5.7.1 Relaying denied"}, "failed", "relay_denied", 3),
        ({"RCPT": "530 5.7.0 Authentication required"}, "failed", "auth_refused", 3),
        ({"EHLO": "554 No service for you"}, "failed", "server_error", 3),
        ({"MAIL": "552 5.3.4 Too large"}, "failed", "message_too_large", 1),
        ({"DATA": "552 5.3.4 Too large"}, "failed", "message_too_large", 1),
        ({"DATA": "554 5.7.1 Looks like spam"}, "failed", "message_refused", 1),
        ({"RCPT": "552 5.2.2 Over quota"}, "failed", "mailbox_full", 1),
        ({"DATA": "552 5.2.2 Over quota"}, "failed", "mailbox_full", 1),
        ({"RCPT": "551 User not local"}, "bounced", "recipient_refused", 1),
    ],
)
async def test_what_the_server_refuses_is_refused(
    row: Row, send: Send, post_office: PostOffice, superuser: asyncpg.Connection, *,
    replies: dict[str, str], status: str, code: str, attempts: int,
) -> None:  # fmt: skip
    post_office.replies = replies
    entry = await ended(row, send)
    assert (entry["status"], entry["error_code"], entry["attempts"]) == (status, code, attempts)
    assert entry["error"] == next(iter(replies.values()))


async def test_a_mail_larger_than_the_server_takes_is_refused_before_it_is_sent(row: Row, send: Send) -> None:
    async with open_post_office(data_size_limit=100) as office:
        entry = await ended(row, send, smtp_port=office.port)
    assert (entry["status"], entry["error_code"], entry["attempts"]) == ("failed", "message_too_large", 1)


async def test_a_server_that_takes_seven_bits_only_gets_every_letter(
    row: Row, send: Send, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("UPDATE email_logs SET subject = 'Grüße', body_text = 'Größe', body_html = '<p>Größe</p>'")
    async with open_post_office(enable_SMTPUTF8=False) as office:
        assert (await ended(row, send, smtp_port=office.port))["status"] == "sent"
        assert office.contents[0].isascii()
        assert office.mails[0]["Subject"] == "Grüße"


async def test_a_server_without_the_letters_of_the_address_ends_it(
    row: Row, send: Send, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("UPDATE email_logs SET recipient = 'ottö@example.com'")
    async with open_post_office(enable_SMTPUTF8=False) as office:
        entry = await ended(row, send, smtp_port=office.port)
    assert (entry["status"], entry["error_code"]) == ("failed", "smtputf8_unsupported")


async def test_a_server_without_encryption_and_a_refused_password_are_ours_to_fix(
    row: Row, send: Send, post_office: PostOffice
) -> None:
    await send(smtp_use_tls=True)
    assert (await row())["error_code"] == "starttls_unsupported"
    clock.move(MINUTE)
    async with open_post_office(has_login=True) as office:
        office.accepts_login = False
        await send(smtp_port=office.port, smtp_user="cards", smtp_password="a planted secret")
        assert (await row())["error_code"] == "auth_refused"
        clock.move(MINUTE)
        office.accepts_login = True
        await send(smtp_port=office.port, smtp_user="cards", smtp_password="a planted secret")
    entry = await row()
    assert (entry["status"], entry["attempts"]) == ("sent", 3)
    assert "planted" not in str(entry)


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
async def test_a_connection_cut_before_the_mail_was_handed_over_is_tried_again(
    row: Row, send: Send, post_office: PostOffice, stage: Stage
) -> None:
    post_office.drops_at = stage
    await send()
    assert outcomes(await row()) == [("failed", "disconnected")]
    post_office.drops_at = None
    clock.move(MINUTE)
    assert (await ended(row, send))["status"] == "sent"
    assert len(post_office.mails) == 1


@pytest.mark.parametrize(("stage", "copies"), [("mid-DATA", 1), ("after DATA", 2)])
async def test_a_mail_that_may_have_arrived_is_sent_once_more_with_the_same_message_id(
    row: Row, send: Send, post_office: PostOffice, stage: Stage, copies: int
) -> None:
    post_office.drops_at = stage
    await send()
    waiting = await row()
    assert (waiting["status"], outcomes(waiting)) == ("queued", [("unknown", "outcome_unknown")])
    post_office.drops_at = None
    entry = await ended(row, send)
    assert (entry["status"], len(post_office.mails)) == ("sent", copies)
    assert {mail["Message-ID"] for mail in post_office.mails} == {entry["message_id"]}


async def test_but_not_a_third_time(row: Row, send: Send, post_office: PostOffice) -> None:
    post_office.drops_at = "after DATA"
    entry = await ended(row, send)
    assert (entry["status"], entry["attempts"], len(post_office.mails)) == ("unknown", 2, 2)


async def test_and_marketing_not_even_twice(
    row: Row, send: Send, post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("UPDATE email_logs SET kind = 'marketing'")
    await superuser.execute("UPDATE customers SET marketing_consented_at = now()")
    wait_for_noon()
    post_office.drops_at = "after DATA"
    entry = await ended(row, send)
    assert (entry["status"], entry["attempts"], len(post_office.mails)) == ("unknown", 1, 1)


async def test_while_the_server_is_away_no_mail_uses_up_its_tries_and_all_arrive_afterwards(
    shop: Shop, working: dict[str, Services], send: Send, post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    for number in range(10):
        await shop.anna.enroll(f"otto{number}@example.com")
    await relay_outbox(working)
    for _ in range(8):
        await send(smtp_port=1)
        clock.move(MINUTE)
    rows = await superuser.fetch("SELECT status, attempts, error_code FROM email_logs")
    assert {row["status"] for row in rows} == {"queued"}
    assert sum(row["attempts"] for row in rows) <= 7
    assert "provider_down" in {row["error_code"] for row in rows}
    # The repaired setting is in force for the next mail: the breaker was the old setting's.
    await send()
    assert len(post_office.mails) == 10


async def test_what_waited_for_days_has_failed_with_the_reason(
    row: Row, send: Send, superuser: asyncpg.Connection, post_office: PostOffice
) -> None:
    post_office.refused[OTTO] = "451 Come back later"
    await send()
    clock.move(timedelta(hours=73))
    entry = await ended(row, send)
    assert (entry["status"], entry["error_code"]) == ("failed", "deferred")


async def test_what_is_of_no_more_use_is_not_sent(
    row: Row, send: Send, superuser: asyncpg.Connection, post_office: PostOffice
) -> None:
    await superuser.execute("UPDATE email_logs SET expires_at = $1", clock.now())
    clock.move(timedelta(seconds=1))
    entry = await ended(row, send)
    assert (entry["status"], entry["error_code"], entry["attempts"], post_office.mails) == ("failed", "expired", 0, [])


async def test_a_mail_that_another_worker_has_taken_meanwhile_is_not_begun(
    row: Row, send: Send, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch, superuser: asyncpg.Connection
) -> None:
    """As when the process stood still for longer than its lease."""
    objection = mail_job._objection

    async def slow(session: Any, services: Services, mail: Any) -> str | None:
        await superuser.execute("UPDATE email_logs SET status = 'sending', attempts = attempts + 1")
        return await objection(session, services, mail)

    monkeypatch.setattr(mail_job, "_objection", slow)
    await send()
    assert ((await row())["status"], (await row())["attempts"], post_office.mails) == ("sending", 1, [])


async def test_a_conversation_that_takes_long_is_nobody_elses(
    row: Row, send: Send, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease is short, because the mail of a dead worker waits for so long; a live one renews it."""
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.01)
    post_office.gate.clear()
    slow = asyncio.ensure_future(send())
    await post_office.has_mail.wait()
    clock.move(leases.LEASE)

    async def is_renewed() -> bool:
        return bool((await row())["available_at"] > clock.now() + leases.LEASE / 2)

    await until(is_renewed)
    await send()
    post_office.gate.set()
    await slow
    entry = await row()
    assert (entry["status"], entry["attempts"], len(post_office.mails)) == ("sent", 1, 1)


@pytest.mark.parametrize("kind", ["transactional", "marketing"])
@pytest.mark.parametrize("is_confirmed", [True, False])
async def test_a_mail_that_the_server_takes_while_postgresql_restarts_is_sent_and_not_unknown(
    row: Row, working: dict[str, Services], post_office: PostOffice, superuser: asyncpg.Connection,
    *, log_lines: LogLines, monkeypatch: pytest.MonkeyPatch, kind: str, is_confirmed: bool,
) -> None:  # fmt: skip
    """PostgreSQL is away when the outcome is to be written, or it ends before it has confirmed that it was."""
    await superuser.execute("UPDATE email_logs SET kind = $1", kind)
    await superuser.execute("UPDATE customers SET marketing_consented_at = now()")
    wait_for_noon()
    services, left = with_mail(working["services"]), 3

    @asynccontextmanager
    async def committing(merchant_id: Any = None) -> AsyncIterator[Any]:
        nonlocal left
        is_away = bool(post_office.mails) and left > 0
        left -= is_away
        if is_away and not is_confirmed:
            raise DatabaseUnreachable("FileNotFoundError")
        async with working["services"].sessions.committing(merchant_id) as session:
            yield session
        if is_away:
            raise asyncpg.ConnectionDoesNotExistError

    monkeypatch.setattr(mail_outcome, "PAUSE_SECONDS", 0)
    failing = cast("Sessions", SimpleNamespace(committing=committing))
    await send_queued_mails({"services": replace(services, sessions=failing)})
    entry = await row()
    assert (entry["status"], entry["attempts"], outcomes(entry)) == ("sent", 1, [("accepted", None)])
    assert (left, len(post_office.mails)) == (0, 1)
    (line,) = [line for line in log_lines() if line["event"] == "mail_outcome_not_written"]
    assert line["server_away"] == "PostgreSQL"


def test_a_breaker_lets_a_probe_through_before_waiting_mails_are_looked_at_again() -> None:
    assert MINUTE.total_seconds() > OPEN_SECONDS


async def test_a_run_that_has_taken_long_enough_leaves_the_rest_to_the_next(
    shop: Shop, working: dict[str, Services], send: Send, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a worker that is stopped cuts no conversation. What is left is due again at once and has lost no try."""
    for number in range(3):
        await shop.anna.enroll(f"otto{number}@example.com")
    await relay_outbox(working)
    late = mail_job.RUN_SECONDS + 1
    monkeypatch.setattr(mail_job, "time", SimpleNamespace(monotonic=lambda: late if post_office.mails else 0))
    await send()
    assert len(post_office.mails) == 1
    monkeypatch.undo()
    clock.move(timedelta(seconds=2))
    await send()
    assert len(post_office.mails) == 3


async def test_wake_ups_without_end_do_not_keep_a_run_going_for_ever() -> None:
    runs = 0

    async def job(context: Json) -> None:
        nonlocal runs
        runs += 1
        await wake_up(context)

    wake_up = coalesced(job, repeat_seconds=0)
    await wake_up({})
    await wake_up({})
    assert runs == 2


async def test_while_stored_settings_cannot_be_used_mails_wait_and_take_no_other_way(
    row: Row, working: dict[str, Services], post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment may name another sender, or the console, which would report each mail as sent."""
    services = with_mail(working["services"])
    monkeypatch.setattr(services.live, "in_force", services.live.in_force._replace(ignored=frozenset({"email"})))
    await send_queued_mails({"services": services})
    waiting = await row()
    assert (waiting["status"], waiting["attempts"], waiting["error_code"]) == ("queued", 0, "settings_unusable")
    clock.move(MINUTE)
    await send_queued_mails(working)
    assert ((await row())["status"], len(post_office.mails)) == ("sent", 1)
