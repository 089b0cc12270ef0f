"""Signatures, what is kept of an answer, and where nothing is ever sent."""

import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from backend.core.clock import clock
from backend.core.ids import new_id
from backend.webhooks.redaction import redacted
from backend.webhooks.sending import OutgoingWebhook, call_endpoint, open_client
from backend.webhooks.signatures import new_secret, signed_headers
from tests.doubles.webhook_receiver import WebhookReceiver, open_receiver, verify_now

BODY = b'{"type": "points.earned", "data": {"points": 25}}'


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with open_receiver() as opened:
        yield opened


async def call(url: str, *, is_production: bool = False) -> tuple[str, str | None, int | None]:
    async with open_client() as http:
        message = OutgoingWebhook(new_id(), BODY.replace(b"points.earned", b"test.ping"), [new_secret()])
        result = await call_endpoint(http, url, message, clock.now(), allows_loopback=not is_production)
    return result.attempt.outcome, result.attempt.code, result.attempt.status


def test_the_signature_is_that_of_the_published_example() -> None:
    """Of Standard Webhooks, as its own library for Python signs it."""
    secret, sent_at = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", datetime.fromtimestamp(1614265330, UTC)
    headers = signed_headers([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', sent_at)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_example_for_receivers_accepts_ours_for_five_minutes() -> None:
    secret, now = new_secret(), clock.now()
    headers = signed_headers([new_secret(), secret], str(UUID(int=1)), BODY, now)
    assert verify_now(secret, headers, BODY)
    assert not verify_now(new_secret(), headers, BODY)
    assert not verify_now(secret, headers, BODY + b" ")
    assert not verify_now(secret, headers | {"webhook-id": str(UUID(int=2))}, BODY)
    assert not verify_now(secret, headers | {"webhook-timestamp": str(int(now.timestamp()) + 1)}, BODY)
    assert not verify_now(secret, {}, BODY)
    clock.move(datetime.fromtimestamp(int(now.timestamp()) + 299, UTC) - clock.now())
    assert verify_now(secret, headers, BODY)
    clock.move(datetime.fromtimestamp(int(now.timestamp()) + 301, UTC) - clock.now())
    assert not verify_now(secret, headers, BODY)


async def test_in_production_nothing_is_sent_to_the_own_machine(receiver: WebhookReceiver) -> None:
    outcome = await call(receiver.url, is_production=True)
    assert outcome == ("unreachable", "address_refused", None)
    assert receiver.received == []


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.0.1", "100.64.0.1", "::1", "fd00::1", "::ffff:10.0.0.1"],
)
async def test_a_name_that_leads_to_a_private_address_is_refused_after_it_was_resolved(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Also when it leads to a public one, too."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    async def resolve(*_: Any, **__: Any) -> list[Any]:
        public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))
        return [public, (family, socket.SOCK_STREAM, 6, "", (address, 443))]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", resolve)
    assert await call("https://shop.example/", is_production=True) == ("unreachable", "address_refused", None)


async def test_a_redirect_is_not_followed(receiver: WebhookReceiver) -> None:
    async with open_receiver() as other:
        receiver.status, receiver.headers = 307, {"location": other.url}
        assert await call(receiver.url) == ("refused", "redirected", 307)
        assert other.received == []


async def test_of_a_long_answer_the_first_kilobyte_is_read(receiver: WebhookReceiver) -> None:
    receiver.status, receiver.answer = 200, b"ok " * 500_000
    assert await call(receiver.url) == ("delivered", None, 200)


async def test_an_answer_that_does_not_come_is_given_up(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.webhooks.sending.CALL_SECONDS", 0.05)
    receiver.gate.clear()
    assert await call(receiver.url) == ("unreachable", "timeout", None)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (b"", None),
        (b"  \r\n ", None),
        (b"Saved\x00 as\r\n17", "Saved as 17"),
        (b"otto@example.com is unknown", "… is unknown"),
        (b"call +352 621 123 456 now", "call … now"),
        (b"Authorization: Bearer abc.def", "Authorization: Bearer …"),
        (b'{"token": "abc"}', '{"token": "…'),
        (b"bad key whsec_abc123", "bad key …"),
        (b"sig " + b"a" * 40, "sig …"),
        (b"event 0199aa00-0000-7000-8000-000000000001 known", "event 0199aa00-0000-7000-8000-000000000001 known"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"ok " * 1000, ("ok " * 1000)[:1024].strip()),
    ],
)
def test_what_is_kept_of_an_answer_names_no_person_and_no_secret(answer: bytes, kept: str | None) -> None:
    assert redacted(answer) == kept
