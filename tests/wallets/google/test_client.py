"""What Google's responses mean, over real HTTP."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from google.auth import _exponential_backoff
from msgspec.structs import replace
from redis.asyncio import Redis

from backend.core.settings import Settings
from backend.dev.sandbox.google import faults
from backend.dev.sandbox.google.account import ISSUER_ID
from backend.dev.sandbox.google.faults import Fault
from backend.dev.sandbox.google.web import error_response
from backend.wallets import catch_up, sync
from backend.wallets.google import client as client_module
from backend.wallets.google import pace
from backend.wallets.google.account import Account, load_account
from backend.wallets.google.auth import Tokens
from backend.wallets.google.client import GoogleClient, open_client
from backend.wallets.google.responses import Exists, Missing
from backend.wallets.google.root_keys import RootKeys
from backend.wallets.ports import Misconfigured, Paused, Permanent, Transient
from tests.doubles.google import Google
from tests.doubles.serving import serving
from tests.wallets.google.conftest import CLASS, OBJECT
from tests.world.caller import Json


async def send_request(client: GoogleClient) -> Json:
    return await client.get("loyaltyClass", CLASS["id"])


@pytest.fixture
async def known(client: GoogleClient) -> GoogleClient:
    """Google has the class."""
    await client.insert("loyaltyClass", CLASS)
    return client


async def test_a_success_is_its_body(known: GoogleClient) -> None:
    assert (await send_request(known))["programName"] == "Fashion Card"


@pytest.mark.parametrize("status", ["500", "503"])
async def test_a_failing_server_is_tried_again_later(known: GoogleClient, google: Google, status: Fault) -> None:
    google.fake.faults.next.append(status)
    with pytest.raises(Transient) as error:
        await send_request(known)
    assert error.value.code == "server_failed"
    assert (await known.pace.breaker.state()).failure_count == 1
    await send_request(known)
    assert (await known.pace.breaker.state()).failure_count == 0


@pytest.mark.parametrize(
    ("fault", "code"), [("garbage", "garbage"), ("endless", "no_answer"), ("redirect", "unexpected")]
)
async def test_an_answer_that_makes_no_sense_is_no_success(
    known: GoogleClient, google: Google, fault: Fault, code: str
) -> None:
    google.fake.faults.next.append(fault)
    with pytest.raises(Transient) as error:
        await send_request(known)
    assert error.value.code == code


async def a_page(scope: Any, _receive: Any, send: Any) -> None:
    """Of a proxy between Google and us, with the status that its address names."""
    status = int(scope["path"].strip("/").partition("/")[0])
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"<html><h1>Sign in to the network</h1></html>"})


@pytest.mark.parametrize("status", [200, 302, 401, 403, 404, 409, 502])
async def test_a_page_in_googles_place_is_nobody_at_home(
    plain_settings: Settings, account: Account, redis: Redis, status: int
) -> None:
    """A proxy's refusal says nothing about our key, so passes are retried and nothing is stopped."""
    async with serving(a_page) as url:
        behind = replace(plain_settings, google_wallet_api_url=f"{url}/{status}")
        async with open_client(behind, account, redis) as client:
            with pytest.raises(Transient) as error:
                await send_request(client)
            state = await client.pace.breaker.state()
    assert error.value.code == "garbage"
    assert (state.failure_count, state.stopped_because) == (1, None)


@pytest.mark.parametrize("status", [200, 400, 403, 502])
async def test_a_page_in_the_token_endpoints_place_is_nobody_at_home(plain_settings: Settings, status: int) -> None:
    async with serving(a_page) as url:
        account = load_account(replace(plain_settings, google_oauth_token_url=f"{url}/{status}"))
        assert account is not None
        with pytest.raises(Transient) as error:
            await Tokens(account).get()
    assert error.value.code == "token_endpoint_away"


async def test_a_page_in_the_place_of_googles_keys_is_nobody_at_home(plain_settings: Settings) -> None:
    async with serving(a_page) as url:
        with pytest.raises(Transient, match="keys_away"):
            await RootKeys(replace(plain_settings, google_wallet_keys_url=f"{url}/200")).get()


async def test_a_lost_connection_is_transient(known: GoogleClient, google: Google) -> None:
    google.fake.faults.next.append("lost")
    with pytest.raises(Transient) as error:
        await send_request(known)
    assert error.value.code == "no_answer"


async def test_a_server_that_never_answers_is_given_up_in_time(
    known: GoogleClient, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "TOTAL_SECONDS", 0.2)
    google.fake.faults.next.append("hang")
    with pytest.raises(Transient, match="No answer from Google: TimeoutError"):
        await send_request(known)


async def test_nobody_at_home_is_transient(plain_settings: Settings, account: Account, redis: Redis) -> None:
    nowhere = replace(plain_settings, google_wallet_api_url="http://127.0.0.1:1")
    async with open_client(nowhere, account, redis) as client:
        with pytest.raises(Transient):
            await send_request(client)


def test_a_call_ends_before_its_push_does_and_a_run_leaves_calls_and_connections_to_others() -> None:
    assert client_module.TIMEOUT.connect is not None
    assert client_module.TIMEOUT.connect < client_module.TOTAL_SECONDS < sync.PUSH_SECONDS
    assert client_module.LIMITS.max_connections is not None
    assert client_module.LIMITS.max_connections > catch_up.PUSHES_MAX
    assert pace.BULK_PER_SECOND < pace.PER_SECOND < faults.PER_SECOND


async def test_a_bad_field_is_permanent_and_names_itself(known: GoogleClient) -> None:
    with pytest.raises(Permanent) as error:
        await known.insert("loyaltyObject", OBJECT | {"state": "active"})
    assert error.value.code == "refused"
    assert "state" in error.value.detail
    assert not (await known.pace.breaker.state()).is_open


async def test_missing_things_and_missing_classes_are_told_apart(client: GoogleClient) -> None:
    with pytest.raises(Missing) as error:
        await client.patch("loyaltyObject", OBJECT)
    assert error.value.code == "missing"
    with pytest.raises(Missing) as error:
        await client.insert("loyaltyObject", OBJECT)
    assert error.value.code == "class_missing"


async def test_what_exists_already_is_told(known: GoogleClient) -> None:
    with pytest.raises(Exists):
        await known.insert("loyaltyClass", CLASS)


async def test_a_token_that_has_ended_is_replaced_once_and_nobody_notices(known: GoogleClient, google: Google) -> None:
    google.fake.tokens.revoke_all()
    await send_request(known)
    assert google.fake.tokens.issued_count == 2
    assert (await known.pace.breaker.state()).failure_count == 0


async def test_the_last_minutes_of_a_token_are_used_while_there_is_no_other(
    known: GoogleClient, google: Google, account: Account
) -> None:
    account.credentials.expiry = datetime.now(UTC).replace(tzinfo=None) + timedelta(minutes=2)
    google.fake.faults.token_endpoint_is_out = True
    await asyncio.gather(*(send_request(known) for _ in range(5)))
    assert (await known.pace.breaker.state()).failure_count == 0
    google.fake.faults.token_endpoint_is_out = False
    await send_request(known)
    assert google.fake.tokens.issued_count == 2


async def test_twenty_calls_that_find_the_token_ended_fetch_one_new_one(known: GoogleClient, google: Google) -> None:
    google.fake.tokens.revoke_all()
    await asyncio.gather(*(send_request(known) for _ in range(20)))
    assert google.fake.tokens.issued_count == 2


async def test_a_new_process_fetches_one_token_for_all_its_calls(client: GoogleClient, google: Google) -> None:
    await asyncio.gather(*(send_request(client) for _ in range(10)), return_exceptions=True)
    assert google.fake.tokens.issued_count == 1


async def test_tokens_that_google_never_takes_are_our_configuration(
    known: GoogleClient, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google.fake.tokens, "accepts", lambda *_: False)
    with pytest.raises(Misconfigured) as error:
        await send_request(known)
    assert error.value.code == "token_refused"


async def test_an_account_that_google_does_not_know_stops_everything(client: GoogleClient, google: Google) -> None:
    google.fake.tokens.known.clear()
    with pytest.raises(Misconfigured) as error:
        await send_request(client)
    assert "invalid_grant" in error.value.detail
    assert google.fake.faults.asked_at == []
    with pytest.raises(Misconfigured) as error:
        await send_request(client)
    assert error.value.code == "stopped"


async def test_a_silent_token_endpoint_is_transient_and_costs_no_minutes(
    client: GoogleClient, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(_exponential_backoff, "time", SimpleNamespace(sleep=slept.append))
    google.fake.faults.token_endpoint_is_out = True
    with pytest.raises(Transient) as error:
        await send_request(client)
    assert error.value.code == "token_endpoint_away"
    assert slept == [], "google-auth would try again itself"
    google.fake.faults.token_endpoint_is_out = False
    with pytest.raises(Missing):
        await send_request(client)


async def test_403_stops_the_queue_until_an_operator_acts(known: GoogleClient, google: Google) -> None:
    google.fake.faults.is_forbidden = True
    with pytest.raises(Misconfigured):
        await send_request(known)
    asked = len(google.fake.faults.asked_at)
    google.fake.faults.is_forbidden = False
    for _ in range(3):
        with pytest.raises(Misconfigured):
            await send_request(known)
    assert len(google.fake.faults.asked_at) == asked, "nothing is sent any more"
    await known.pace.breaker.resume()
    await send_request(known)


async def test_a_rotated_key_starts_anew_after_a_403(
    known: GoogleClient, google: Google, plain_settings: Settings, redis: Redis, tmp_path: Path
) -> None:
    google.fake.faults.is_forbidden = True
    with pytest.raises(Misconfigured):
        await send_request(known)
    google.fake.faults.is_forbidden = False
    rotated = google.rotate(tmp_path)
    settings = replace(plain_settings, google_wallet_service_account_file=str(rotated))
    account = load_account(settings)
    assert account is not None
    async with open_client(settings, account, redis) as restarted:
        await send_request(restarted)


async def test_five_failures_in_a_row_open_the_breaker_and_jobs_end_at_once(
    known: GoogleClient, google: Google
) -> None:
    google.fake.faults.is_out = True
    for _ in range(5):
        with pytest.raises(Transient) as error:
            await send_request(known)
        assert not isinstance(error.value, Paused)
    asked = len(google.fake.faults.asked_at)
    for _ in range(20):
        with pytest.raises(Paused) as paused:
            await send_request(known)
        assert 0 < (paused.value.retry_after or 0) <= 10
    assert len(google.fake.faults.asked_at) == asked


async def test_a_probe_that_is_given_up_leaves_its_place_to_the_next_one(
    known: GoogleClient, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else would be let through for half a minute."""
    monkeypatch.setattr(known.pace.breaker, "_open_ms", 0)
    google.fake.faults.is_out = True
    for _ in range(5):
        with pytest.raises(Transient):
            await send_request(known)
    google.fake.faults.is_out = False
    google.fake.faults.next.append("hang")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await send_request(known)
    await send_request(known)
    assert not (await known.pace.breaker.state()).is_open


async def test_429_pauses_everybody_for_as_long_as_google_says(known: GoogleClient, google: Google) -> None:
    google.fake.faults.retry_after = "1"
    google.fake.faults.next.append("429")
    started = time.monotonic()
    with pytest.raises(Transient) as error:
        await send_request(known)
    assert error.value.retry_after == 1
    await send_request(known)
    assert time.monotonic() - started >= 1


async def test_429_never_opens_the_breaker(known: GoogleClient, google: Google, redis: Redis) -> None:
    google.fake.faults.next.extend(["429"] * 8)
    for _ in range(8):
        with pytest.raises(Transient):
            await send_request(known)
        await redis.delete("bucket:google:live:paused")
    assert not (await known.pace.breaker.state()).is_open
    await send_request(known)


async def test_googles_403_for_haste_is_haste_and_no_refusal(
    known: GoogleClient, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty = error_response(403, "userRateLimitExceeded", "Too fast.")
    monkeypatch.setattr(google.fake.api, "_busy", lambda *_: hasty)
    google.fake.faults.next.append("503")
    with pytest.raises(Transient):
        await send_request(known)
    assert (await known.pace.breaker.state()).stopped_because is None


async def test_a_wait_of_more_than_ten_seconds_is_put_off(known: GoogleClient, google: Google, redis: Redis) -> None:
    await known.pace.live.pause(60)
    asked = len(google.fake.faults.asked_at)
    with pytest.raises(Paused) as error:
        await send_request(known)
    assert error.value.code == "rate_limited"
    assert 50 < (error.value.retry_after or 0) <= 61
    assert len(google.fake.faults.asked_at) == asked


@pytest.mark.slow
async def test_google_never_sees_more_than_twenty_calls_in_any_second(known: GoogleClient, google: Google) -> None:
    """With its quota switched on, none of a hundred calls at once is refused."""
    google.fake.faults.latency_seconds = 0.3
    await asyncio.gather(*(send_request(known) for _ in range(100)))
    assert google.fake.faults.worst_second() <= 20


@pytest.mark.slow
async def test_a_bulk_leaves_room_for_what_people_wait_for(known: GoogleClient, google: Google) -> None:
    """With one queue, a new single call would wait behind all bulk calls."""

    async def bulk() -> None:
        await known.patch("loyaltyClass", CLASS, is_bulk=True)

    running = [asyncio.create_task(bulk()) for _ in range(100)]
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    for _ in range(10):
        await send_request(known)
    waiting = [task for task in running if task.cancel()]
    assert len(waiting) > len(running) / 4
    await asyncio.gather(*running, return_exceptions=True)


async def test_lists_come_page_by_page(known: GoogleClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PAGE_SIZE", 2)
    for number in range(5):
        await known.insert("loyaltyObject", OBJECT | {"id": f"{ISSUER_ID}.card_{number}"})
    pages = [page async for page in known.pages("loyaltyObject", classId=CLASS["id"])]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(each["id"][-1] for page in pages for each in page) == ["0", "1", "2", "3", "4"]


async def test_412_is_another_try(known: GoogleClient) -> None:
    known._http.headers["if-match"] = '"77"'
    with pytest.raises(Transient) as error:
        await known.patch("loyaltyClass", CLASS)
    assert error.value.code == "not_now"
