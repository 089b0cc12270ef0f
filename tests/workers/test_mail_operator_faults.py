"""What an operator gets wrong ends in the right status, says what to do, loses no mail and shows no secret."""

from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.core.clock import clock
from backend.messaging.providers.smtp import SmtpDelivery
from tests.conftest import LogLines
from tests.doubles.mail_server import PASSWORD, USER, ServerFiles, open_mail_server
from tests.workers.attempts import MINUTE, OTTO, Row, Send, ended, outcomes

DAY = timedelta(days=1)
CANARY = "a planted secret"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServerFiles:
    """This machine trusts its authority."""
    made = ServerFiles(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.bundle))
    return made


@pytest.fixture
async def stack() -> Any:
    async with AsyncExitStack() as opened:
        yield opened


SIGN_IN = {"smtp_user": USER, "smtp_password": PASSWORD, "smtp_use_tls": True}


@pytest.mark.parametrize(
    ("certificate", "server", "values", "code", "advice"),
    [
        ({}, {}, {"smtp_password": CANARY}, "auth_refused", "Check user name and password, or the API key."),
        (
            {},
            {"AUTH": "535 5.7.8 {password} is wrong"},
            {"smtp_password": CANARY},
            "auth_refused",
            "Check user name and password, or the API key.",
        ),
        (
            {},
            {"auth": False},
            {},
            "auth_unsupported",
            "Check the port: many servers allow sign-in only over an encrypted connection.",
        ),
        (
            {"names": ("mail1.hosting.example",)},
            {},
            {},
            "certificate_name",
            "Check the host name in the settings, and the certificate of the email server.",
        ),
        (
            {"begins": -10 * DAY, "life": 5 * DAY},
            {},
            {},
            "certificate_expired",
            "Check the host name in the settings, and the certificate of the email server.",
        ),
    ],
    ids=["wrong_password", "password_repeated_by_the_server", "no_sign_in", "another_name", "expired"],
)
async def test_it_fails_with_advice_and_arrives_once_it_is_mended(
    row: Row, send: Send, files: ServerFiles, stack: AsyncExitStack, log_lines: LogLines, *,
    certificate: dict[str, Any], server: dict[str, Any], values: dict[str, Any], code: str, advice: str,
) -> None:  # fmt: skip
    made = dict(certificate)
    names = made.pop("names", ("localhost",))
    if "begins" in made:
        made["begins"] = clock.now() + made["begins"]
    wrong = await stack.enter_async_context(open_mail_server(tls=files.context(*names, **made), **server))
    await send(smtp_host="localhost", smtp_port=wrong.port, **SIGN_IN | values)
    entry = await row()
    assert (entry["status"], entry["error_code"], entry["attempts"]) == ("queued", code, 1)
    assert (wrong.mails, wrong.signed_in) == ([], [])
    lines = [line for line in log_lines() if line["event"] == "mail_failed"]
    assert [(line["code"], line["advice"], line["port"]) for line in lines] == [(code, advice, wrong.port)]
    assert OTTO not in str(lines)
    for secret in (CANARY, PASSWORD):
        assert secret not in str(log_lines()) + str(entry)
    clock.move(MINUTE)
    right = await stack.enter_async_context(open_mail_server(tls=files.context("localhost")))
    await send(smtp_host="localhost", smtp_port=right.port, **SIGN_IN)
    assert ((await row())["status"], len(right.mails), right.signed_in) == ("sent", 1, [USER])


async def test_a_fault_that_nobody_mends_ends_after_three_attempts_and_is_kept(
    row: Row, send: Send, files: ServerFiles, stack: AsyncExitStack
) -> None:
    server = await stack.enter_async_context(open_mail_server(tls=files.context("somebody.example")))
    entry = await ended(row, send, smtp_host="localhost", smtp_port=server.port, **SIGN_IN)
    assert (entry["status"], entry["attempts"]) == ("failed", 3)
    assert outcomes(entry) == [("failed", "certificate_name")] * 3


async def test_a_worker_that_breaks_down_tells_its_traceback_without_the_password(
    row: Row, send: Send, log_lines: LogLines, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """With all variables that the frames of the traceback hold."""

    async def break_down(delivery: SmtpDelivery, *_: Any) -> str:
        smtp_password = delivery._settings.smtp_password  # noqa: F841 - a traceback with local variables would show it
        raise RuntimeError("out of order")

    monkeypatch.setattr(SmtpDelivery, "_hand_over", break_down)
    await send(smtp_user=USER, smtp_password=CANARY)
    entry = await row()
    told = str(log_lines()) + "".join(capsys.readouterr())
    assert "out of order" in told
    assert entry["error_code"] == "internal_error"
    assert CANARY not in told + str(entry)
