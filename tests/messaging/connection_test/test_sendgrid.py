"""The same steps with SendGrid, whose double is a real HTTP server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from aiohttp import web

from backend.core.mail_settings import MailSettings
from backend.messaging.connection_test.dns import Reach
from backend.messaging.connection_test.results import StepResult, Verdict
from backend.messaging.connection_test.sendgrid import SendgridTest
from backend.messaging.connection_test.steps import run_steps
from tests.world.ports import own_port

KEY = "SG.right"
BODY = {"personalizations": [{"to": [{"email": "samir@wizard.example"}]}]}


@dataclass
class Sendgrid:
    scopes: list[str] = field(default_factory=lambda: ["mail.send"])
    status: int = 202
    answer: str = ""
    mails: list[Any] = field(default_factory=list)
    url: str = ""

    async def list_scopes(self, request: web.Request) -> web.Response:
        if request.headers["Authorization"] != f"Bearer {KEY}":
            return web.Response(status=401, text=f"no: {request.headers['Authorization']}")
        return web.json_response({"scopes": self.scopes})

    async def send(self, request: web.Request) -> web.Response:
        if self.status == 202:
            self.mails.append(msgspec.json.decode(await request.read()))
        return web.Response(status=self.status, text=self.answer, headers={"X-Message-Id": "4711"})


@asynccontextmanager
async def open_sendgrid(**values: Any) -> AsyncIterator[Sendgrid]:
    double, port, app = Sendgrid(**values), own_port(), web.Application()
    app.add_routes([web.get("/v3/scopes", double.list_scopes), web.post("/v3/mail/send", double.send)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    double.url = f"http://127.0.0.1:{port}"
    yield double
    await runner.cleanup()


async def run(url: str, key: str = KEY, *, allows_private: bool = True) -> tuple[list[StepResult], Verdict]:
    mail = MailSettings(email_provider="sendgrid", sendgrid_api_key=key, sendgrid_api_url=url)
    ended = [each async for each in run_steps(SendgridTest(mail, Reach(allows_private=allows_private), BODY))]
    verdict = ended[-1]
    assert isinstance(verdict, Verdict)
    return [each for each in ended if isinstance(each, StepResult)], verdict


async def test_sendgrid_takes_the_key_and_the_mail() -> None:
    async with open_sendgrid() as sendgrid:
        steps, verdict = await run(sendgrid.url)
    assert [(step.name, step.outcome) for step in steps] == [
        ("DNS", "ok"),
        ("TCP", "ok"),
        ("TLS", "skipped"),
        ("AUTH", "ok"),
        ("SEND", "ok"),
    ]
    assert verdict.is_ok
    assert sendgrid.mails == [BODY]
    assert steps[-1].facts.message_id == "4711"


@pytest.mark.parametrize(
    ("values", "key", "code", "step"),
    [
        ({}, "", "api_key_missing", "AUTH"),
        ({}, "SG.wrong", "api_key_refused", "AUTH"),
        ({"scopes": ["stats.read"]}, KEY, "api_key_cannot_send", "AUTH"),
        ({"status": 403}, KEY, "sender_refused", "SEND"),
        ({"status": 401, "answer": "Maximum credits exceeded"}, KEY, "account_refused", "SEND"),
        ({"status": 400}, KEY, "content_refused", "SEND"),
        ({"status": 429}, KEY, "sendgrid_unavailable", "SEND"),
        ({"status": 200}, KEY, "sendgrid_unavailable", "SEND"),
    ],
)
async def test_each_refusal_of_sendgrid_has_a_code_of_its_own(
    values: dict[str, Any], key: str, code: str, step: str
) -> None:
    async with open_sendgrid(**values) as sendgrid:
        _, verdict = await run(sendgrid.url, key)
    assert (verdict.code, verdict.failed_step) == (code, step)


async def test_the_key_is_hidden_where_the_answer_repeats_it() -> None:
    async with open_sendgrid() as sendgrid:
        steps, _ = await run(sendgrid.url, "SG.wrong")
    assert "SG.wrong" not in str(steps)
    assert "[…]" in str(steps[3].facts.reply)


async def test_an_address_inside_the_house_is_refused() -> None:
    _, verdict = await run("http://127.0.0.1:1", allows_private=False)
    assert verdict.code == "address_refused"


async def test_a_machine_that_cannot_reach_sendgrid() -> None:
    _, verdict = await run(f"http://127.0.0.1:{own_port()}")
    assert (verdict.code, verdict.failed_step) == ("tcp_timeout", "TCP")
