"""Apple's push service: its responses and its failures."""

import asyncio
import dataclasses
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import uvloop
from msgspec.structs import replace

from backend.core.clock import clock
from backend.core.outbound import calls
from backend.core.settings import Settings
from backend.dev.sandbox.apple.apns import FakeApns
from backend.dev.sandbox.apple.pki import PASS_TYPE, ROOT, SERVER, SERVER_KEY, ApplePki
from backend.dev.sandbox.apple.pushes import Script
from backend.wallets.apple import apns as apns_module
from backend.wallets.apple.apns import Apns, Delivered, TokenRefused, Unregistered
from backend.wallets.apple.certificates import inspect
from backend.wallets.ports import Misconfigured, Permanent, Transient
from tests.doubles.apple import Apple, open_apple
from tests.world.patience import until

PHONE, OTHER = "a1" * 32, "b2" * 32


@pytest.fixture
async def next_door(tmp_path: Path, pki: ApplePki) -> AsyncIterator[Apple]:
    """An APNs of the test's own."""
    async with open_apple(tmp_path / "apple", pki) as opened:
        yield opened


def opened(apple: Apple, **told: str) -> Apns:
    certificates, steps = inspect(apple.settings(replace(Settings(), environment="test")), clock.now())
    assert certificates is not None, steps
    return Apns(certificates, apple.apns_url, **told)


@pytest.fixture
async def apns(next_door: Apple) -> AsyncIterator[Apns]:
    connection = opened(next_door)
    yield connection
    await connection.close()


async def test_a_push_is_empty_and_goes_to_the_pass_type(apns: Apns, next_door: Apple) -> None:
    assert await apns.push(PHONE) == Delivered()
    (push,) = next_door.apns.pushes
    assert (push.token, push.topic, push.body, push.push_type) == (PHONE, PASS_TYPE, b"{}", "")


async def test_the_push_type_is_sent_when_the_operator_wants_it(next_door: Apple) -> None:
    typed = opened(next_door, push_type="background")
    await typed.push(PHONE)
    assert next_door.apns.pushes[0].push_type == "background"
    await typed.close()


def test_passes_are_pushed_through_apples_production_host() -> None:
    assert Settings().apns_url == "https://api.push.apple.com"


async def test_all_pushes_go_over_one_connection(apns: Apns, next_door: Apple) -> None:
    await asyncio.gather(*(apns.push(f"{number:064x}") for number in range(1, 101)))
    assert (len(next_door.apns.pushes), next_door.apns.connection_count) == (100, 1)


async def test_the_wallets_certificate_is_all_that_names_us(apns: Apns, next_door: Apple) -> None:
    """Tokens of a .p8 key would have to be shared by all processes and renewed in time, so none are used."""
    for day in range(1, 4):
        await apns.push(f"{day:064x}")
        clock.move(timedelta(days=1))
    assert [push.authorization for push in next_door.apns.pushes] == [""] * 3
    assert next_door.apns.connection_count == 1, "nothing had to be renewed"


async def test_a_phone_that_is_gone_is_told_with_the_moment(apns: Apns, next_door: Apple) -> None:
    next_door.apns.script(PHONE, Script(status=410, timestamp_ms=1_790_000_000_000))
    assert await apns.push(PHONE) == Unregistered(datetime.fromtimestamp(1_790_000_000, UTC))


@pytest.mark.parametrize("reason", ["BadDeviceToken", "DeviceTokenNotForTopic"])
async def test_a_token_that_is_wrong_is_the_phones_trouble(apns: Apns, next_door: Apple, reason: str) -> None:
    next_door.apns.script(PHONE, Script(status=400, reason=reason))
    assert await apns.push(PHONE) == TokenRefused(reason)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (Script(status=500), "apns_500"),
        (Script(status=503), "apns_503"),
        (Script(status=503, is_empty=True), "apns_503"),
        (Script(status=429), "apns_429"),
        (Script(status=429, reason="TooManyProviderTokenUpdates"), "apns_429"),
        (Script(fault="rst"), "apns_no_answer"),
        (Script(fault="goaway"), "apns_no_answer"),
        (Script(fault="abort"), "apns_no_answer"),
    ],
)
async def test_what_passes_is_tried_again(apns: Apns, next_door: Apple, script: Script, code: str) -> None:
    next_door.apns.script(PHONE, script)
    with pytest.raises(Transient) as failure:
        await apns.push(PHONE)
    assert failure.value.code == code
    assert PHONE not in f"{failure.value} {failure.value.__cause__}"
    assert await apns.push(PHONE) == Delivered()


@pytest.mark.parametrize(("reason", "seconds"), [("TooManyRequests", 16.0), ("TooManyProviderTokenUpdates", 1200.0)])
async def test_too_many_pushes_pause_as_long_as_apple_wants(
    apns: Apns, next_door: Apple, reason: str, seconds: float
) -> None:
    next_door.apns.script(PHONE, Script(status=429, reason=reason))
    with pytest.raises(Transient) as failure:
        await apns.push(PHONE)
    assert failure.value.retry_after == seconds


@pytest.mark.parametrize(
    "script",
    [
        Script(status=403),
        Script(status=403, is_empty=True),
        Script(status=400, reason="TopicDisallowed"),
        Script(status=400, reason="BadTopic"),
    ],
)
async def test_a_refusal_of_us_is_the_operators(apns: Apns, next_door: Apple, script: Script) -> None:
    next_door.apns.script(PHONE, script)
    with pytest.raises(Misconfigured):
        await apns.push(PHONE)


@pytest.mark.parametrize("status", [404, 405, 413])
async def test_a_mistake_of_ours_is_not_repeated(apns: Apns, next_door: Apple, status: int) -> None:
    next_door.apns.script(PHONE, Script(status=status, reason="BadPath"))
    with pytest.raises(Permanent):
        await apns.push(PHONE)


async def test_a_certificate_of_another_pass_type_is_refused(tmp_path: Path, pki: ApplePki, next_door: Apple) -> None:
    certificate = pki.wwdr.pass_certificate(pki.key, pass_type="pass.example.other")
    folder = pki.write(tmp_path / "other", certificate)
    settings = replace(next_door.settings(Settings()), apple_wallet_dir=str(folder))
    certificates, _ = inspect(settings, clock.now())
    assert certificates is not None
    other = Apns(dataclasses.replace(certificates, pass_type=PASS_TYPE), next_door.apns_url)
    with pytest.raises(Misconfigured, match="TopicDisallowed"):
        await other.push(PHONE)
    await other.close()


async def test_pushes_in_flight_when_apple_says_goodbye_are_tried_again(apns: Apns, next_door: Apple) -> None:
    tokens = [f"{number:064x}" for number in range(1, 31)]
    assert await apns.push(PHONE) == Delivered()
    next_door.apns.script(tokens[5], Script(fault="goaway"))
    for token in tokens[6:]:
        next_door.apns.script(token, Script(latency_seconds=0.5))
    answers = await asyncio.gather(*(apns.push(token) for token in tokens), return_exceptions=True)
    assert all(isinstance(answer, Delivered | Transient) for answer in answers)
    assert any(isinstance(answer, Transient) for answer in answers)
    assert await apns.push(PHONE) == Delivered()
    assert next_door.apns.connection_count == 2


async def test_what_closed_before_it_was_encrypted_is_forgotten_by_a_worker_too(
    next_door: Apple, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On uvloop, as in production, a connection that has ended has no socket any more: no later push may ask for it."""
    monkeypatch.setattr(apns_module, "CONNECT_SECONDS", 0.1)

    async def story() -> list[Any]:
        apns = opened(next_door)
        reached = apns._url
        with socket.create_server(("127.0.0.1", 0)) as silent:
            apns._url = f"https://127.0.0.1:{silent.getsockname()[1]}"
            for _ in range(2):
                with pytest.raises(Transient):
                    await apns.push(PHONE)
        apns._url = reached
        answers = [await apns.push(PHONE) for _ in range(2)]
        await apns.close()
        return answers

    assert await asyncio.to_thread(lambda: uvloop.run(story())) == [Delivered()] * 2


@dataclass
class Silent:
    """A push that Apple has received and does not respond to before the timeout."""

    push: asyncio.Task[Any]
    limit: asyncio.Timeout

    async def times_out(self) -> None:
        self.limit.reschedule(asyncio.get_running_loop().time())
        with pytest.raises(Transient, match="No answer in time"):
            await self.push


async def silent_push(apns: Apns, next_door: Apple, monkeypatch: pytest.MonkeyPatch) -> Silent:
    limits: list[asyncio.Timeout] = []

    def noted(seconds: float) -> asyncio.Timeout:
        limits.append(asyncio.timeout(seconds))
        return limits[-1]

    next_door.apns.script(PHONE, Script(fault="hang"))
    with monkeypatch.context() as patch:
        patch.setattr(calls, "asyncio", SimpleNamespace(timeout=noted))
        push = asyncio.create_task(apns.push(PHONE))

        async def has_arrived() -> bool:
            return not next_door.apns.scripts[PHONE]

        await until(has_arrived)
    (limit,) = limits
    return Silent(push, limit)


async def test_a_push_without_an_answer_ends(apns: Apns, next_door: Apple, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = await silent_push(apns, next_door, monkeypatch)
    await silent.times_out()
    assert await apns.push(PHONE) == Delivered()
    assert next_door.apns.connection_count == 2, "a connection that is silent is not used again"


async def test_one_silent_push_does_not_cost_a_connection_that_answers(
    apns: Apns, next_door: Apple, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = await silent_push(apns, next_door, monkeypatch)
    assert await apns.push(OTHER) == Delivered()
    await silent.times_out()
    assert await apns.push(OTHER) == Delivered()
    assert next_door.apns.connection_count == 1


async def test_an_apns_that_is_away_is_tried_again(next_door: Apple) -> None:
    await next_door.apns.stop()
    lonely = opened(next_door)
    with pytest.raises(Transient) as failure:
        await lonely.push(PHONE)
    assert failure.value.code == "apns_unreachable"
    await lonely.close()


async def test_an_apns_we_do_not_trust_gets_nothing(next_door: Apple, tmp_path: Path) -> None:
    foreign = ApplePki.make()
    foreign.write(tmp_path / "foreign")
    impostor = FakeApns()
    url = await impostor.start(tmp_path / "foreign")
    certificates, _ = inspect(next_door.settings(Settings()), clock.now())
    assert certificates is not None
    deceived = Apns(certificates, url)
    with pytest.raises(Misconfigured):
        await deceived.push(PHONE)
    assert impostor.pushes == []
    await deceived.close()
    await impostor.stop()


async def test_a_certificate_apple_did_not_issue_is_refused_at_the_door(next_door: Apple, tmp_path: Path) -> None:
    foreign = ApplePki.make()
    folder = foreign.write(tmp_path / "foreign")
    settings = replace(next_door.settings(Settings()), apple_wallet_dir=str(folder))
    certificates, _ = inspect(settings, clock.now())
    assert certificates is not None
    with strict_door(next_door.folder) as url:
        unknown = Apns(certificates, url)
        refusals = await asyncio.gather(*(unknown.push(PHONE) for _ in range(3)), return_exceptions=True)
        await unknown.close()
    assert [type(refusal) for refusal in refusals] == [Misconfigured] * 3
    assert str(refusals[0]).startswith("apns_tls: ")
    assert "UNKNOWN_CA" in str(refusals[0])


@pytest.mark.parametrize(
    "lets_through",
    [
        lambda told: told,
        lambda told: ExceptionGroup("unhandled errors in a TaskGroup", [told]),
        lambda told: ExceptionGroup("unhandled errors in a TaskGroup", [OSError("reset"), told]),
    ],
)
async def test_a_refusal_that_http_lets_through_as_it_came_is_one_all_the_same(
    apns: Apns, monkeypatch: pytest.MonkeyPatch, lets_through: Callable[[ssl.SSLError], Exception]
) -> None:
    """The client does not report a refusal during a write as an error of its own."""
    told = ssl.SSLError(1, "[SSL: TLSV1_ALERT_UNKNOWN_CA]")
    told.reason = "TLSV1_ALERT_UNKNOWN_CA"

    def broken(*_: object, **__: object) -> None:
        raise lets_through(told)

    monkeypatch.setattr(apns._connection._http, "stream", broken)
    with pytest.raises(Misconfigured, match=r"apns_tls: .*UNKNOWN_CA"):
        await apns.push(PHONE)


@pytest.mark.parametrize(
    ("reason", "is_ours"),
    [
        ("SSLV3_ALERT_BAD_CERTIFICATE", True),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", True),
        ("SSLV3_ALERT_CERTIFICATE_REVOKED", True),
        ("SSLV3_ALERT_CERTIFICATE_UNKNOWN", True),
        ("TLSV1_ALERT_UNKNOWN_CA", True),
        ("TLSV1_ALERT_ACCESS_DENIED", True),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", True),
        ("CERTIFICATE_VERIFY_FAILED", True),
        ("TLSV1_ALERT_INTERNAL_ERROR", False),
        ("TLSV1_ALERT_USER_CANCELLED", False),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", False),
        ("TLSV1_ALERT_PROTOCOL_VERSION", False),
        ("APPLICATION_DATA_AFTER_CLOSE_NOTIFY", False),
    ],
)
async def test_only_what_tls_says_of_a_certificate_is_a_refusal_of_it(
    apns: Apns, monkeypatch: pytest.MonkeyPatch, reason: str, is_ours: bool
) -> None:
    """A refusal of our certificate stops all pushes. Other errors of a handshake are transient."""
    told = ssl.SSLError(1, f"[SSL: {reason}]")
    told.reason = reason

    def broken(*_: object, **__: object) -> None:
        raise httpx.ReadError("broken off") from told

    assert await apns.push(OTHER) == Delivered()
    monkeypatch.setattr(apns._connection._http, "stream", broken)
    with pytest.raises(Misconfigured if is_ours else Transient) as failure:
        await apns.push(PHONE)
    assert failure.value.code == ("apns_tls" if is_ours else "apns_no_answer")


@contextmanager
def strict_door(folder: Path) -> Iterator[str]:
    """Sends the alert when it refuses a certificate, as Apple does; servers of asyncio only close the connection."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / SERVER, folder / SERVER_KEY)
    tls.load_verify_locations(folder / ROOT)
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.set_alpn_protocols(["h2"])

    def refuse(listening: socket.socket) -> None:
        while True:
            with suppress(OSError):
                caller, _ = listening.accept()
                with caller, suppress(ssl.SSLError):
                    tls.wrap_socket(caller, server_side=True)
                continue
            return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=refuse, args=[listening], daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


async def test_nobody_may_push_without_a_certificate(next_door: Apple) -> None:
    """Checked against our double, so that its other responses are reliable."""
    context = ssl.create_default_context(cafile=next_door.root)
    async with httpx.AsyncClient(http2=True, http1=False, verify=context, trust_env=False) as anybody:
        with pytest.raises(httpx.TransportError):
            await anybody.post(
                f"{next_door.apns_url}/3/device/{PHONE}", content=b"{}", headers={"apns-topic": PASS_TYPE}
            )
    assert next_door.apns.pushes == []
