"""A worker in a process of its own, and a mail server in another."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from backend.core.queue import SEND_MAILS, try_to_wake
from backend.core.settings import Settings
from tests.doubles.smtp import PostOffice, text_of
from tests.forks import Fork
from tests.world.ports import own_port
from tests.world.process import environment
from tests.world.shop import Shop

pytestmark = pytest.mark.slow

OTTO = "otto@example.com"
START_SECONDS = 60
ROW = "SELECT * FROM email_logs"
SENT_AND_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE email_logs%'
"""

Start = Callable[..., AbstractAsyncContextManager[Fork]]


@pytest.fixture
def start(tmp_path: Path, settings: Settings, forks: str) -> Start:
    """A process with these settings that has said the word; killed when the block ends."""

    @asynccontextmanager
    async def started(word: bytes, told: dict[str, Any], *command: str) -> AsyncIterator[Fork]:
        path = tmp_path / f"{command[0]}.log"
        with path.open("wb") as log:
            process = Fork(forks, command, environment(settings) | by_name(told), log.fileno())
        try:
            async with asyncio.timeout(START_SECONDS):
                await until(lambda: is_said(path, word))
            yield process
        finally:
            process.kill()

    return started


def by_name(values: dict[str, Any]) -> dict[str, str]:
    return {f"ORION_{name.upper()}": str(value) for name, value in values.items()}


async def is_said(path: Path, word: bytes) -> bool:
    return word in await asyncio.to_thread(path.read_bytes)


async def until(is_so: Any) -> None:
    while not await is_so():  # noqa: ASYNC110 - another process does it
        await asyncio.sleep(0.01)


async def until_status(superuser: asyncpg.Connection, status: str) -> asyncpg.Record:
    async def has_it() -> bool:
        row = await superuser.fetchrow(ROW)
        return row is not None and row["status"] == status

    async with asyncio.timeout(START_SECONDS):
        await until(has_it)
    return await superuser.fetchrow(ROW)


WORKER = "tests.doubles.untimed_worker"


async def test_from_enrollment_through_outbox_and_worker_to_the_mailbox_in_the_customers_language(
    start: Start, settings: Settings, shop: Shop, superuser: asyncpg.Connection, tmp_path: Path
) -> None:
    """The predecessor's bug 16: four faults, each hiding the next, and no welcome mail ever arrived."""
    port = own_port()
    mail_catcher = ("backend.dev.servers.mail_catcher", "--port", str(port), "--dir", str(tmp_path / "mail"))
    by_smtp = {
        "email_provider": "smtp", "smtp_host": "localhost", "smtp_port": port, "email_reply_to": "shop@example.com",
        "public_url": settings.public_url,
    }  # fmt: skip
    async with start(b"accepts mail", {}, *mail_catcher), start(b"worker_started", by_smtp, WORKER):
        card = await shop.anna.enroll(OTTO, first_name="Otto", language="de")
        row = await until_status(superuser, "sent")
    assert (row["provider"], row["host"], row["port"], row["security"]) == ("smtp", "localhost", port, "none")
    assert (row["sender_name"], row["sender_address"]) == ("Fashion Group", "cards@orion.example")
    assert (row["template_code"], row["language"], row["recipient"]) == ("loyalty_enrollment", "de", OTTO)
    assert (row["attempts"], row["reply_to"], row["error_code"]) == (1, "shop@example.com", None)
    (path,) = (tmp_path / "mail").glob("*.eml")
    mail = email.message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=email.policy.default)
    assert (mail["To"], mail["From"]) == (OTTO, "Fashion Group <cards@orion.example>")
    assert (mail["Message-ID"], mail["Reply-To"]) == (row["message_id"], "shop@example.com")
    assert mail["Content-Language"] == "de"
    text = text_of(mail)
    assert "Guten Tag Otto" in text
    html = mail.get_body(("html",))
    assert html is not None
    for body in (text, html.get_content()):
        assert card["page_url"] in body
        assert "/c/…" not in body
        assert "/c/%E2%80%A6" not in body
    assert card["page_url"] not in str(row)


@pytest.mark.parametrize(("kind", "copies", "status"), [("transactional", 2, "sent"), ("marketing", 1, "unknown")])
async def test_a_worker_killed_between_the_servers_answer_and_our_commit(
    start: Start, shop: Shop, post_office: PostOffice, superuser: asyncpg.Connection, superuser_url: str,
    *, kind: str, copies: int, status: str,
) -> None:  # fmt: skip
    """The mail has arrived and nobody has written it down: marketing is never sent again, everything else once more."""
    by_smtp = {"email_provider": "smtp", "smtp_port": post_office.port}
    post_office.gate.clear()
    async with start(b"worker_started", by_smtp, WORKER) as worker:
        await shop.anna.enroll(OTTO)
        async with asyncio.timeout(START_SECONDS):
            await post_office.has_mail.wait()
        assert (await superuser.fetchrow(ROW))["status"] == "sending"
        locked = await asyncpg.connect(superuser_url)
        async with locked.transaction():
            await locked.execute("SELECT FROM email_logs FOR UPDATE")
            post_office.gate.set()

            async def waits_for_us() -> bool:
                return bool(await superuser.fetchval(SENT_AND_WAITING))

            async with asyncio.timeout(START_SECONDS):
                await until(waits_for_us)
            worker.kill()
        await locked.close()
    assert ((await superuser.fetchrow(ROW))["status"], len(post_office.mails)) == ("sending", 1)
    # The lease of the dead worker ends.
    await superuser.execute("UPDATE email_logs SET available_at = created_at, kind = $1", kind)
    async with start(b"worker_started", by_smtp, WORKER):
        await try_to_wake(shop.services.queue, SEND_MAILS)
        row = await until_status(superuser, status)
    assert len(post_office.mails) == copies
    assert {mail["Message-ID"] for mail in post_office.mails} == {row["message_id"]}
    assert '"outcome_unknown"' in row["history"]
