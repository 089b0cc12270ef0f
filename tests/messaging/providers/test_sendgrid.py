"""SendGrid: what it gets, and what its answers mean."""

import dataclasses
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from backend.core.mail_settings import MailSettings
from backend.messaging.providers.ports import DeliveryFailed, MailFault, Route
from backend.messaging.providers.sendgrid import SendgridDelivery
from tests.messaging.mails import MAIL

SETTINGS = replace(
    MailSettings(), email_provider="sendgrid", sendgrid_api_key="right", email_reply_to="shop@example.com"
)

Answering = Callable[[httpx.Response | Exception], list[httpx.Request]]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Answers so from now on; returns what it is asked."""
    asked: list[httpx.Request] = []

    def set_answer(answer: httpx.Response | Exception) -> list[httpx.Request]:
        def respond(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            if isinstance(answer, Exception):
                raise answer
            return answer

        client = partial(httpx.AsyncClient, transport=httpx.MockTransport(respond))
        monkeypatch.setattr(httpx, "AsyncClient", client)
        return asked

    return set_answer


async def fault(settings: MailSettings = SETTINGS) -> MailFault:
    way = SendgridDelivery(settings)
    with pytest.raises(DeliveryFailed) as failed:
        await way.send(MAIL)
    await way.close()
    return failed.value.fault


async def test_sendgrid_gets_the_mail(answering: Answering) -> None:
    asked = answering(httpx.Response(202, headers={"X-Message-Id": "abc"}))
    way = SendgridDelivery(SETTINGS)
    mail = dataclasses.replace(MAIL, body_html="<p>Größe</p>", headers={"List-Unsubscribe": "<https://orion.test/u>"})
    assert await way.send(mail) == "202 abc"
    await way.send(mail)
    await way.close()
    request = asked[0]
    assert str(request.url) == "https://api.sendgrid.com/v3/mail/send"
    assert request.headers["authorization"] == "Bearer right"
    body: dict[str, Any] = json.loads(request.content)
    assert body["from"] == {"email": "cards@orion.example", "name": "Café Aurora"}
    assert body["reply_to"] == {"email": "shop@example.com"}
    assert body["content"] == [
        {"type": "text/plain", "value": "Größe"},
        {"type": "text/html", "value": "<p>Größe</p>"},
    ]
    assert body["headers"]["Content-Language"] == "de"
    assert body["headers"]["List-Unsubscribe"] == "<https://orion.test/u>"
    assert body["headers"]["Message-ID"] == f"<{MAIL.id}@orion.example>"
    assert body["personalizations"] == [{"to": [{"email": MAIL.recipient}], "custom_args": {"mail_id": str(MAIL.id)}}]
    assert not any(setting["enable"] for setting in body["tracking_settings"].values())


def error(status: int, message: str, field: str | None = None) -> httpx.Response:
    return httpx.Response(status, json={"errors": [{"message": message, "field": field, "help": None}]})


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (error(401, "The provided authorization grant is invalid"), "auth_refused"),
        (error(403, "The from address does not match a verified Sender Identity", "from"), "sender_refused"),
        (error(400, "Does not contain a valid address.", "personalizations.0.to.0.email"), "recipient_refused"),
        (error(400, "The subject is required.", "subject"), "message_refused"),
        (error(400, "Invalid address", "from.email"), "sender_refused"),
        (error(413, "Too large"), "message_too_large"),
        (error(503, "Try again"), "service_unavailable"),
        (httpx.Response(200, html="<h1>Sign in to the network</h1>"), "not_sendgrid"),
        (httpx.Response(404), "not_sendgrid"),
        (httpx.ConnectError("refused"), "connection_failed"),
        (httpx.ConnectTimeout("slow"), "timeout"),
        (httpx.ReadTimeout("slow"), "outcome_unknown"),
        (httpx.RemoteProtocolError("cut"), "outcome_unknown"),
    ],
)
async def test_every_answer_has_its_meaning(
    answering: Answering, answer: httpx.Response | Exception, code: str
) -> None:
    answering(answer)
    assert (await fault()).code == code


async def test_the_reason_is_kept_and_the_key_is_not(answering: Answering) -> None:
    answering(error(403, "Not your address\r\nreally"))
    found = await fault()
    assert found.reply == "403 Not your address really"
    assert "right" not in str(found)


async def test_a_caller_who_sends_too_fast_is_told_for_how_long_to_wait(answering: Answering) -> None:
    answering(httpx.Response(429, headers={"Retry-After": "17"}))
    assert await fault() == MailFault("rate_limited", "429", 17.0)


async def test_the_key_is_not_sent_in_clear_to_another_machine(answering: Answering) -> None:
    asked = answering(httpx.Response(202))
    assert (await fault(replace(SETTINGS, sendgrid_api_url="http://proxy.example"))).code == "clear_text_refused"
    assert asked == []


@pytest.mark.parametrize(
    ("url", "route"),
    [
        ("https://api.sendgrid.com", Route("sendgrid", "api.sendgrid.com", 443, "tls")),
        ("http://127.0.0.1:8123", Route("sendgrid", "127.0.0.1", 8123, "none")),
    ],
)
def test_the_log_names_the_host_that_was_asked(url: str, route: Route) -> None:
    assert SendgridDelivery(replace(SETTINGS, sendgrid_api_url=url)).route == route


async def test_an_answer_that_repeats_the_key_is_kept_without_it(answering: Answering) -> None:
    key = "SG.abcdefghijklmnop.qrstuvwxyz"
    answering(httpx.Response(401, json={"errors": [{"message": f"Bearer {key} is revoked"}]}))
    assert (await fault(replace(SETTINGS, sendgrid_api_key=key))).reply == "401 Bearer […] is revoked"
