"""An administrator tests the values of the form, saved or not, and reads one step after the other."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from backend.core.clock import clock
from i18n.locales import LANGUAGES
from tests.conftest import LogLines
from tests.doubles.mail_server import PASSWORD, USER, MailServer, ServerFiles, open_mail_server, shown_text
from tests.settings.administrator import Administrator
from tests.world import ADA
from tests.world import PASSWORD as DEMO_PASSWORD
from tests.world.caller import Json, Promises, Refused, refused
from tests.world.till import AnonymousCaller

PATH = "/admin/settings/email/connection-test"


async def tested(ada: Administrator, recipient: str | None = None, **values: Any) -> list[Json]:
    """The lines of the answer."""
    body: Json = {"values": values} | ({"recipient": recipient} if recipient else {})
    answer = await ada.send("POST", PATH, json=body)
    if answer.status_code >= 400:
        raise Refused(answer)
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [msgspec.json.decode(line) for line in answer.text.splitlines()]


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MailServer]:
    files = ServerFiles(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(files.bundle))
    async with open_mail_server(tls=files.context("localhost")) as opened:
        yield opened


def with_smtp(server: MailServer, **values: Any) -> Json:
    told = {
        "email_provider": "smtp",
        "email_from_address": "support@wizard.example",
        "smtp_host": "localhost",
        "smtp_port": server.port,
        "smtp_use_tls": True,
        "smtp_user": USER,
        "smtp_password": PASSWORD,
    }
    return told | values


async def test_the_steps_come_one_by_one_and_the_verdict_last(ada: Administrator, server: MailServer) -> None:
    *steps, verdict = await tested(ada, **with_smtp(server))
    assert [(step["type"], step["name"], step["outcome"]) for step in steps] == [
        ("step", name, "ok") for name in ("DNS", "TCP", "TLS", "AUTH", "SEND")
    ]
    assert verdict["type"] == "verdict"
    assert (verdict["is_ok"], verdict["code"], verdict["suggestion"]) == (True, "ok", {})
    (mail,) = server.mails
    assert mail["To"] == ADA.email


async def test_without_values_the_settings_in_force_are_tested(ada: Administrator, server: MailServer) -> None:
    await ada.save("email", **with_smtp(server))
    assert (await tested(ada))[-1]["is_ok"]
    assert server.signed_in == [USER]


async def test_nothing_is_saved_but_the_verdict(ada: Administrator, server: MailServer) -> None:
    before = await ada.category("email")
    assert (await ada.get(f"{PATH}/last"))["last"] is None
    await tested(ada, **with_smtp(server))
    assert await ada.category("email") == before
    last = (await ada.get(f"{PATH}/last"))["last"]
    assert (last["is_ok"], last["host"], last["port"], last["tested_by"]) == (True, "localhost", server.port, ADA.name)


async def test_the_verdict_is_kept_in_every_language(ada: Administrator) -> None:
    await tested(ada, email_provider="smtp", smtp_host="127.0.0.1", smtp_port=9)
    sentences = {(await ada.reading(each).get(f"{PATH}/last"))["last"]["sentence"] for each in LANGUAGES}
    assert len(sentences) == 4


async def test_the_mail_says_what_it_was_sent_with_and_not_what_the_environment_says(
    ada: Administrator, server: MailServer
) -> None:
    """The predecessor's test mail told the values of `.env`, which were not used."""
    await ada.save("email", **with_smtp(server, email_reply_to="help@wizard.example"))
    await tested(ada, smtp_host="localhost", email_from_name="Support Wizard")
    (mail,) = server.mails
    text = shown_text(mail)
    for line in (
        "Provider: smtp (database)",
        "Host: localhost (database)",
        f"Port: {server.port} (database)",
        "Encryption: STARTTLS (database)",
        f"User: {USER} (database)",
        "Sender’s address: support@wizard.example (database)",
        "Sender’s name: Support Wizard (entered, not saved)",
        "Replies to: help@wizard.example (database)",
    ):
        assert line in text
    assert "sendgrid" not in text
    assert "noreply" not in text
    assert mail["From"].addresses[0].addr_spec == "support@wizard.example"
    assert mail["Reply-To"] == "help@wizard.example"


async def test_sources_may_differ_within_one_mail(ada: Administrator, server: MailServer) -> None:
    told = with_smtp(server)
    del told["email_from_address"]
    await ada.save("email", **told)
    await tested(ada)
    text = shown_text(server.mails[0])
    assert "Sender’s address: noreply@wizard.example (environment)" in text
    assert "Sender’s name: Orion (default)" in text


async def test_the_console_sends_nothing_and_says_so(ada: Administrator) -> None:
    *steps, verdict = await tested(ada, email_provider="console", sendgrid_api_key="")
    assert {step["outcome"] for step in steps} == {"skipped"}
    assert (verdict["is_ok"], verdict["code"]) == (False, "console")
    assert "Nothing leaves this machine" in verdict["sentence"]


async def test_a_stored_password_is_not_sent_to_another_server(ada: Administrator, server: MailServer) -> None:
    await ada.save("email", **with_smtp(server))
    elsewhere: list[Json] = [
        {"smtp_host": "127.0.0.1"},
        {"smtp_user": "somebody@wizard.example"},
        {"smtp_port": 25, "smtp_use_tls": False},
        {"smtp_use_tls": False},
    ]
    for values in elsewhere:
        with refused("validation_failed", 422) as said:
            await tested(ada, **values)
        (error,) = said[0]["errors"]
        assert (error["pointer"], error["code"]) == ("/values/smtp_password", "secret_required")
        assert "localhost" in error["detail"]
    assert server.signed_in == []


async def test_another_port_of_the_same_host_gets_it_because_the_certificate_proves_the_name(
    ada: Administrator, server: MailServer
) -> None:
    await ada.save("email", **with_smtp(server, smtp_port=465, smtp_use_tls=False, smtp_use_ssl=True))
    told: Json = {"smtp_port": server.port, "smtp_use_tls": True, "smtp_use_ssl": False}
    assert (await tested(ada, **told))[-1]["is_ok"]
    assert server.signed_in == [USER]


async def test_an_entered_password_goes_wherever_the_form_says(ada: Administrator, server: MailServer) -> None:
    await ada.save("email", **with_smtp(server, smtp_host="mail.wizard.example"))
    assert (await tested(ada, smtp_host="localhost", smtp_password=PASSWORD))[-1]["is_ok"]


async def test_a_stored_key_is_not_sent_to_another_address(ada: Administrator) -> None:
    with refused("validation_failed", 422) as said:
        await tested(ada, sendgrid_api_url="https://sendgrid.evil.example")
    assert said[0]["errors"][0]["pointer"] == "/values/sendgrid_api_key"


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"smtp_port": 0}, "/values/smtp_port"),
        ({"smtp_host": "https://x"}, "/values/smtp_host"),
        ({"stamp_per_minute": 3}, "/values/stamp_per_minute"),
        ({"database_url": "x"}, "/values/database_url"),
    ],
)
async def test_values_are_checked_as_when_they_are_saved(ada: Administrator, values: Json, pointer: str) -> None:
    with refused("validation_failed", 422) as said:
        await tested(ada, **values)
    assert [error["pointer"] for error in said[0]["errors"]] == [pointer]


async def test_a_recipient_must_be_an_address(ada: Administrator) -> None:
    with refused("validation_failed", 422) as said:
        await tested(ada, "not an address")
    assert said[0]["errors"][0]["pointer"] == "/recipient"


async def test_another_recipient_gets_the_mail(ada: Administrator, server: MailServer) -> None:
    await tested(ada, "samir@wizard.example", **with_smtp(server))
    assert [mail["To"] for mail in server.mails] == ["samir@wizard.example"]


async def test_five_tests_an_hour(
    ada: Administrator,
) -> None:
    for _ in range(5):
        await tested(ada, email_provider="console", sendgrid_api_key="")
    with refused("connection_tests_used_up", 429) as said:
        await tested(ada, email_provider="console", sendgrid_api_key="")
    assert 3500 < int(said[0].answer.headers["retry-after"]) <= 3600
    assert said[0]["per_hour"] == 5
    for _ in range(3):
        # An administrator who does nothing for half an hour is signed out.
        clock.move(timedelta(minutes=21))
        await ada.get("/auth/me")
    await tested(ada, email_provider="console", sendgrid_api_key="")


async def test_the_limit_is_a_setting(ada: Administrator) -> None:
    await ada.save("limits", mail_tests_per_hour=1)
    await tested(ada, email_provider="console", sendgrid_api_key="")
    with refused("connection_tests_used_up", 429):
        await tested(ada, email_provider="console", sendgrid_api_key="")


async def test_many_tests_at_once_are_no_more_than_five(ada: Administrator) -> None:
    async def attempt() -> int:
        values = {"email_provider": "console", "sendgrid_api_key": ""}
        return (await ada.send("POST", PATH, json={"values": values})).status_code

    outcomes = await asyncio.gather(*(attempt() for _ in range(9)))
    assert sorted(outcomes) == [200] * 5 + [429] * 4


async def test_where_private_hosts_are_not_permitted_nobody_is_asked(ada: Administrator, server: MailServer) -> None:
    await ada.save("security", mail_test_private_hosts=False)
    *_, verdict = await tested(ada, **with_smtp(server))
    assert (verdict["code"], verdict["failed_step"]) == ("address_refused", "DNS")
    assert server.mails == []


async def test_no_password_is_in_any_answer_log_or_row(
    ada: Administrator, server: MailServer, superuser: asyncpg.Connection, log_lines: LogLines
) -> None:
    server.says["AUTH"] = "535 5.7.8 {password} is wrong"
    canary = "canary-9f31"
    lines = await tested(ada, **with_smtp(server, smtp_password=canary))
    rows = await superuser.fetch("SELECT verdict::text FROM connection_tests")
    assert lines[-1]["code"] == "auth_refused"
    assert "is wrong" in lines[3]["facts"]["reply"]
    assert canary not in str(lines) + str(rows) + str(log_lines())


async def test_only_those_who_manage_settings_may_test(anonymous: AnonymousCaller, promises: Promises) -> None:
    signed_in = await anonymous.sign_in("owner@fashion.example", DEMO_PASSWORD)
    owner = Administrator(anonymous.http, promises, signed_in["token"])
    with refused("forbidden", 403):
        await tested(owner)
    with refused("forbidden", 403):
        await owner.get(f"{PATH}/last")
