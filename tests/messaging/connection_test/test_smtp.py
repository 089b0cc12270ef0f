"""The usual mistakes of an operator, each on a real server, and the one sentence that says what to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from backend.core.clock import clock
from backend.core.mail_settings import MailSettings
from backend.core.sentence import Sentence
from backend.dev.sandbox.apple.pki import Authority
from backend.dev.servers.silent_port import silent_port
from backend.messaging.connection_test import dns, mail_ports, steps, tcp, tls
from backend.messaging.connection_test.dns import Reach
from backend.messaging.connection_test.results import Passed, StepResult, Verdict
from backend.messaging.connection_test.smtp import SmtpTest
from backend.messaging.connection_test.steps import run_steps
from backend.messaging.providers.ports import OutgoingMail
from tests.conftest import LogLines
from tests.doubles.mail_server import PASSWORD, USER, ServerFiles, TlsBegins, open_mail_server, open_talker
from tests.world.caller import Json
from tests.world.ports import own_block, own_port

SENDER, RECIPIENT = "support@wizard.example", "samir@wizard.example"
HERE = Reach(allows_private=True)


@dataclass(frozen=True)
class Outcome:
    steps: list[StepResult]
    verdict: Verdict

    @property
    def outcomes(self) -> list[str]:
        return [f"{step.name} {step.outcome}" for step in self.steps if step.sentence.text != "Not tried."]

    @property
    def says(self) -> str:
        return self.verdict.text("en")

    @property
    def facts(self) -> Any:
        """Of the last step that was tried."""
        return [step for step in self.steps if step.sentence.text != "Not tried."][-1].facts


EMAIL = OutgoingMail(UUID(int=1), RECIPIENT, "Orion", "en", "Test", "Test")


async def run(reach: Reach = HERE, **values: Any) -> Outcome:
    told = {"email_provider": "smtp", "email_from_address": SENDER, "smtp_host": "localhost"}
    ended = [each async for each in run_steps(SmtpTest(MailSettings(**told | values), reach, EMAIL))]
    verdict = ended[-1]
    assert isinstance(verdict, Verdict)
    return Outcome([each for each in ended if isinstance(each, StepResult)], verdict)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "SLOW_SECONDS", 0.05)
    monkeypatch.setattr(tls, "SILENT_SECONDS", 0.05)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServerFiles:
    """This machine trusts its authority."""
    made = ServerFiles(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.bundle))
    return made


@pytest.fixture(scope="module")
def block() -> int:
    """The thousand in which 465, 587 and 25 are free, as on a mail server."""
    return own_block()


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def test_with_starttls_and_a_login_every_step_is_green_and_the_mail_has_arrived(
    files: ServerFiles, stack: AsyncExitStack
) -> None:
    server = await stack.enter_async_context(open_mail_server(tls=files.context("localhost")))
    result = await run(smtp_port=server.port, smtp_use_tls=True, smtp_user=USER, smtp_password=PASSWORD)
    assert result.outcomes == ["DNS ok", "TCP ok", "TLS ok", "AUTH ok", "SEND ok"]
    assert result.verdict.is_ok
    assert result.says == f"Email works with these settings. The server has accepted the test email to {RECIPIENT}."
    assert server.signed_in == [USER]
    assert [mail["To"] for mail in server.mails] == [RECIPIENT]
    by_name = {step.name: step for step in result.steps}
    assert by_name["DNS"].facts.addresses
    assert all(step.milliseconds is not None for step in result.steps)
    found = by_name["TLS"].facts
    assert (found.certificate_names, found.certificate_days_left) == (["localhost"], 364)
    assert found.protocol is not None
    assert found.protocol.startswith("TLSv1.")
    assert found.greeting is not None
    assert "mail.test" in found.greeting
    assert "SMTPUTF8" in found.capabilities
    assert by_name["SEND"].facts.reply == "2.0.0 queued as 4711"


async def test_with_tls_from_the_first_byte_too(files: ServerFiles, stack: AsyncExitStack) -> None:
    server = await stack.enter_async_context(open_mail_server(tls=files.context("localhost"), begins="at_once"))
    result = await run(smtp_port=server.port, smtp_use_ssl=True, smtp_user=USER, smtp_password=PASSWORD)
    assert result.verdict.is_ok


async def test_a_server_on_this_machine_needs_neither_tls_nor_a_login(stack: AsyncExitStack) -> None:
    server = await stack.enter_async_context(open_mail_server(auth=False))
    result = await run(smtp_port=server.port, smtp_host="127.0.0.1")
    assert result.outcomes == ["DNS ok", "TCP ok", "TLS skipped", "AUTH skipped", "SEND ok"]
    assert result.verdict.is_ok


async def test_the_operators_evening_465_does_not_answer_and_587_does(
    files: ServerFiles, stack: AsyncExitStack, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "TCP_SECONDS", 1.0)
    stack.enter_context(silent_port(block + 465))
    await stack.enter_async_context(open_mail_server(block + 587, tls=files.context("localhost")))
    result = await run(
        smtp_port=block + 465, smtp_host="127.0.0.1", smtp_use_ssl=True, smtp_user=USER, smtp_password=PASSWORD
    )
    assert result.outcomes == ["DNS ok", "TCP failed"]
    assert [step.name for step in result.steps] == ["DNS", "TCP", "TLS", "AUTH", "SEND"]
    assert (result.verdict.code, result.verdict.failed_step) == ("tcp_timeout", "TCP")
    assert result.says.startswith(
        f"Port {block + 465} did not answer within 1 s. Port {block + 587} on the same host answered in "
    )
    assert result.says.endswith(f" ms: use STARTTLS on port {block + 587}.")
    assert result.verdict.suggestion == {"smtp_port": block + 587, "smtp_use_tls": True, "smtp_use_ssl": False}
    assert 950 <= (result.steps[1].milliseconds or 0) < 3000


async def test_the_reverse_587_is_closed_and_465_answers(files: ServerFiles, stack: AsyncExitStack, block: int) -> None:
    await stack.enter_async_context(open_mail_server(block + 465, tls=files.context("localhost"), begins="at_once"))
    result = await run(smtp_port=block + 587, smtp_use_tls=True)
    assert result.verdict.code == "tcp_refused"
    assert f"use TLS on port {block + 465}." in result.says
    assert result.verdict.suggestion == {"smtp_port": block + 465, "smtp_use_tls": False, "smtp_use_ssl": True}


async def test_a_port_without_tls_is_proposed_on_this_machine_only(stack: AsyncExitStack, block: int) -> None:
    await stack.enter_async_context(open_mail_server(block + 587))
    result = await run(smtp_port=block + 465, smtp_host="127.0.0.1")
    assert result.verdict.suggestion == {"smtp_port": block + 587, "smtp_use_tls": False, "smtp_use_ssl": False}
    answers = await mail_ports.probe_all(
        [mail_ports.MailPort(block + 587, "starttls")], [ip_address("127.0.0.1")], "mail.example"
    )
    assert tcp.best_of(answers, [ip_address("192.0.2.1")])[1] == {}


async def test_when_nothing_answers_host_and_firewall_are_to_blame(block: int) -> None:
    result = await run(smtp_port=block + 465, smtp_host="127.0.0.1")
    assert "No other email port of this host answers either" in result.says
    assert result.verdict.suggestion == {}


@pytest.mark.parametrize(
    ("port", "others"),
    [
        (465, [587, 2525, 25]),
        (587, [465, 2525, 25]),
        (25, [587, 465, 2525]),
        (2525, [587, 465, 25]),
        (2465, [2587, 2025]),
    ],
)
def test_every_port_has_its_neighbors(port: int, others: list[int]) -> None:
    assert [each.port for each in mail_ports.neighbors_of(port)] == others
    assert all(
        (mail_port.security == "tls") == (mail_port.port % 1000 == 465) for mail_port in mail_ports.neighbors_of(port)
    )


async def test_tls_at_once_on_a_port_with_starttls(files: ServerFiles, stack: AsyncExitStack) -> None:
    """Python calls it a wrong version number."""
    server = await stack.enter_async_context(open_mail_server(tls=files.context("localhost")))
    result = await run(smtp_port=server.port, smtp_use_ssl=True)
    assert (result.verdict.code, result.verdict.failed_step) == ("tls_not_spoken", "TLS")
    assert result.says == (
        f"Port {server.port} does not speak TLS from the first byte. "
        "It offers STARTTLS: turn on STARTTLS and turn off TLS."
    )
    assert result.verdict.suggestion == {"smtp_port": server.port, "smtp_use_tls": True, "smtp_use_ssl": False}


@pytest.mark.parametrize("values", [{"smtp_use_tls": True}, {}])
async def test_starttls_or_nothing_on_a_port_that_expects_tls_at_once(
    files: ServerFiles, stack: AsyncExitStack, values: Json
) -> None:
    server = await stack.enter_async_context(open_mail_server(tls=files.context("localhost"), begins="at_once"))
    result = await run(smtp_port=server.port, **values)
    assert result.verdict.code == "tls_expected"
    assert result.verdict.suggestion == {"smtp_port": server.port, "smtp_use_tls": False, "smtp_use_ssl": True}


async def test_starttls_that_is_not_offered(stack: AsyncExitStack) -> None:
    server = await stack.enter_async_context(open_mail_server())
    result = await run(smtp_port=server.port, smtp_use_tls=True)
    assert result.verdict.code == "starttls_missing"
    assert result.says.startswith(f"Port {server.port} does not offer STARTTLS.")


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("certificate", "code", "words"),
    [
        (
            {"names": ("mail1.hosting.example",)},
            "certificate_name",
            "is for mail1.hosting.example and not",
        ),
        ({"begins": -10 * DAY, "life": 5 * DAY}, "certificate_expired", "expired on"),
        ({"begins": 5 * DAY}, "certificate_not_yet_valid", "not valid yet"),
        ({"by": True}, "certificate_untrusted", "does not trust “Orion Sandbox, Sandbox Root CA”"),
    ],
)
async def test_a_certificate_that_is_not_accepted_says_why_and_what_it_is(
    files: ServerFiles, certificate: dict[str, Any], code: str, words: str
) -> None:
    told = dict(certificate)
    names = told.pop("names", ("localhost",))
    if "by" in told:
        told["by"] = Authority.root()
    if "begins" in told:
        told["begins"] = clock.now() + told["begins"]
    ways: list[tuple[TlsBegins, Json]] = [
        ("at_once", {"smtp_use_ssl": True}),
        ("with_starttls", {"smtp_use_tls": True}),
    ]
    for begins, values in ways:
        async with open_mail_server(tls=files.context(*names, **told), begins=begins) as server:
            result = await run(smtp_port=server.port, **values)
        assert (result.verdict.code, result.verdict.failed_step) == (code, "TLS")
        assert words in result.says
        assert result.facts.certificate_names == list(names)


async def test_the_password_is_not_sent_to_another_server(files: ServerFiles, stack: AsyncExitStack) -> None:
    server = await stack.enter_async_context(open_mail_server(tls=files.context("somebody.example")))
    await run(smtp_port=server.port, smtp_use_tls=True, smtp_user=USER, smtp_password=PASSWORD)
    assert (server.signed_in, server.mails) == ([], [])


async def test_both_kinds_of_tls_at_once_are_a_contradiction(stack: AsyncExitStack) -> None:
    server = await stack.enter_async_context(open_mail_server())
    result = await run(smtp_port=server.port, smtp_use_tls=True, smtp_use_ssl=True)
    assert result.verdict.code == "security_contradiction"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"smtp_user": USER, "smtp_password": "wrong"}, "auth_refused"),
        ({"smtp_user": USER}, "password_missing"),
        ({"smtp_password": PASSWORD}, "user_missing"),
    ],
)
async def test_a_login_that_is_refused_or_incomplete(stack: AsyncExitStack, values: Json, code: str) -> None:
    server = await stack.enter_async_context(open_mail_server())
    result = await run(smtp_port=server.port, **values)
    assert (result.verdict.code, result.verdict.failed_step) == (code, "AUTH")
    assert server.mails == []


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ("535 5.7.8 Bad credentials", "auth_refused", "refuses user support@wizard.example or the password (535)"),
        ("534 5.7.9 Application-specific password required", "auth_refused", "Create an app password"),
        ("538 5.7.11 Encryption required", "auth_needs_tls", "Turn on STARTTLS"),
        ("454 4.7.0 Temporary authentication failure", "auth_temporary", "at the moment"),
    ],
)
async def test_each_refusal_of_a_sign_in_has_its_own_advice(
    stack: AsyncExitStack, answer: str, code: str, words: str
) -> None:
    server = await stack.enter_async_context(open_mail_server(AUTH=answer))
    result = await run(smtp_port=server.port, smtp_user=USER, smtp_password=PASSWORD)
    assert result.verdict.code == code
    assert words in result.says
    assert result.facts.reply == answer


async def test_a_server_without_sign_ins(stack: AsyncExitStack) -> None:
    server = await stack.enter_async_context(open_mail_server(auth=False))
    server_without = await run(smtp_port=server.port, smtp_user=USER, smtp_password=PASSWORD)
    assert server_without.verdict.code == "auth_unsupported"


async def test_the_password_is_hidden_where_a_server_repeats_it(stack: AsyncExitStack, log_lines: LogLines) -> None:
    server = await stack.enter_async_context(open_mail_server(AUTH="535 5.7.8 No: {password} is wrong"))
    result = await run(smtp_port=server.port, smtp_user=USER, smtp_password=PASSWORD)
    assert result.facts.reply == "535 5.7.8 No: […] is wrong".replace("[…]", "[…]")
    assert PASSWORD not in str(result) + str(log_lines())


@pytest.mark.parametrize(
    ("command", "answer", "code"),
    [
        ("MAIL", "550 5.7.1 Sender rejected", "sender_refused"),
        ("MAIL", "553 5.7.1 Sender address not owned by user", "sender_refused"),
        ("MAIL", "530 5.7.0 Authentication required", "sign_in_required"),
        ("RCPT", "554 5.7.1 Relay access denied", "relay_denied"),
        ("RCPT", "550 5.1.1 No such mailbox", "recipient_refused"),
        ("RCPT", "450 4.2.0 Greylisted", "greylisted"),
        ("RCPT", "451 4.7.1 Come back later", "greylisted"),
        ("DATA", "451 4.3.0 Come back later", "greylisted"),
        ("DATA", "552 5.3.4 Too large", "too_large"),
        ("DATA", "554 5.7.1 Looks like spam", "content_refused"),
    ],
)
async def test_each_refusal_of_a_mail_has_a_code_of_its_own(
    stack: AsyncExitStack, command: str, answer: str, code: str
) -> None:
    replies: Json = {command: answer}
    server = await stack.enter_async_context(open_mail_server(**replies))
    result = await run(smtp_port=server.port)
    assert (result.verdict.code, result.verdict.failed_step) == (code, "SEND")
    assert result.facts.reply == answer
    assert server.mails == []


async def test_a_host_that_does_not_exist() -> None:
    result = await run(smtp_host="mail.nowhere.invalid")
    assert result.verdict.failed_step == "DNS"
    assert result.verdict.code in {"host_not_found", "dns_unavailable"}


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "192.168.1.1"])
async def test_where_private_addresses_are_not_allowed_nobody_is_asked(host: str) -> None:
    result = await run(Reach(allows_private=False), smtp_host=host)
    assert (result.verdict.code, result.verdict.failed_step) == ("address_refused", "DNS")
    assert "security settings" in result.says


async def test_a_name_that_also_has_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def two_addresses(host: str, port: int, *, seconds: float) -> list[object]:
        return [ip_address("185.26.107.245"), ip_address("10.0.0.5")]

    monkeypatch.setattr(dns, "resolve", two_addresses)
    result = await run(Reach(allows_private=False), smtp_host="rebinding.example")
    assert result.verdict.code == "address_refused"


async def test_only_mail_ports_are_tested_beyond_this_machine() -> None:
    result = await run(smtp_host="10.0.0.5", smtp_port=6379)
    assert (result.verdict.code, result.verdict.failed_step) == ("port_refused", "DNS")


async def test_nothing_leaves_this_machine_without_tls(monkeypatch: pytest.MonkeyPatch, stack: AsyncExitStack) -> None:
    server = await stack.enter_async_context(open_mail_server())
    with monkeypatch.context() as patch:
        patch.setattr(type(ip_address("127.0.0.1")), "is_loopback", property(lambda _: False))
        patch.setattr("backend.messaging.connection_test.smtp.MAIL_PORTS", (server.port,))
        result = await run(smtp_port=server.port, smtp_host="127.0.0.1", smtp_user=USER, smtp_password=PASSWORD)
    assert result.verdict.code == "unencrypted"
    assert server.signed_in == []


@pytest.mark.parametrize(
    ("greeting", "code"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "no_mail_server"),
        (b"554 No SMTP service here\r\n", "greeting_refused"),
        (b"421 Too many connections\r\n", "greeting_refused"),
    ],
)
async def test_a_server_that_takes_no_mail(stack: AsyncExitStack, greeting: bytes, code: str) -> None:
    port = own_port()
    await stack.enter_async_context(open_talker(port, greeting))
    result = await run(smtp_port=port, smtp_host="127.0.0.1")
    assert (result.verdict.code, result.verdict.failed_step) == (code, "TLS")


async def test_a_test_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "WHOLE_SECONDS", 0)
    closed = asyncio.Event()

    class Endless:
        steps = [steps.PlannedStep("DNS", nothing_ever), steps.PlannedStep("TCP", self_evident)]  # noqa: RUF012

        async def close(self) -> None:
            closed.set()

    dns, tcp, verdict = [result async for result in run_steps(Endless())]
    assert isinstance(verdict, Verdict)
    assert (dns.code, tcp.code, verdict.code, verdict.failed_step) == ("too_slow", "skipped", "too_slow", "DNS")
    assert closed.is_set()


async def test_a_step_is_told_as_soon_as_it_has_ended() -> None:
    answered = asyncio.Event()

    async def once_answered() -> Passed:
        await answered.wait()
        return await self_evident()

    class Slow:
        steps = [steps.PlannedStep("DNS", self_evident), steps.PlannedStep("TCP", once_answered)]  # noqa: RUF012

        async def close(self) -> None: ...

    running = run_steps(Slow())
    first = await anext(running)
    assert isinstance(first, StepResult)
    assert first.name == "DNS"
    assert not answered.is_set()
    await running.aclose()


async def nothing_ever() -> Passed:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets this event")


async def self_evident() -> Passed:
    return Passed(Sentence("There"))
