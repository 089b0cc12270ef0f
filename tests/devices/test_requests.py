"""Requests of a tablet: signed, fresh, once; tokens that overlap; devices that were revoked or suspended."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from prometheus_client import REGISTRY

from backend.core.clock import clock
from backend.devices.rules import CLOCK_TOLERANCE, OVERLAP, ROLL_DUE, ROLL_GRACE, TOKEN_LASTS
from backend.devices.simulator.state import TabletState
from backend.services import Services
from tests.conftest import OwnTown
from tests.doubles.tablet import Tablet
from tests.world.caller import Caller, Refused, refused
from tests.world.devices import a_tablet, revoke, the_device
from tests.world.limits import forget_everything
from tests.world.shop import Shop

SECOND = timedelta(seconds=1)


async def sent(tablet: Tablet, request: httpx.Request) -> int:
    return (await tablet.http.send(request)).status_code


def prepared(tablet: Tablet, path: str = "/store/loyalty/program") -> httpx.Request:
    """A signed request, not sent yet."""
    request = tablet.http.build_request("GET", f"/api/v1{path}", headers={"authorization": f"Bearer {tablet.token}"})
    tablet.state.sign(request)
    return request


@pytest.mark.parametrize("ahead", [1, -1])
async def test_a_clock_may_be_off_by_five_minutes_and_no_more(shop: Shop, ahead: int) -> None:
    tablet = await a_tablet(shop)
    tablet.state.offset = ahead * (CLOCK_TOLERANCE - SECOND)
    await tablet.program()
    tablet.state.offset = ahead * (CLOCK_TOLERANCE + SECOND)
    with refused("device_signature_invalid", 401) as said:
        await tablet.program()
    tablet.correct_clock(said[0]["server_time"])
    await tablet.program()


async def test_every_answer_to_a_tablet_has_the_servers_time(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    good = await tablet.send("GET", "/store/loyalty/program")
    tablet.state.offset = timedelta(hours=2)
    bad = await tablet.send("GET", "/store/loyalty/program")
    now = clock.now().timestamp() * 1000
    assert [abs(int(answer.headers["orion-time"]) - now) < 5000 for answer in (good, bad)] == [True, True]
    of_a_person = await shop.anna.send("GET", "/store/loyalty/program")
    assert "orion-time" not in of_a_person.headers


async def test_a_request_that_was_recorded_works_once(shop: Shop, services: Services) -> None:
    """Also when Redis has forgotten everything, up to the last moment at which its time is accepted."""
    tablet = await a_tablet(shop)
    tablet.state.offset = CLOCK_TOLERANCE
    request = prepared(tablet)
    assert await sent(tablet, request) == 200
    await forget_everything(services.redis)
    assert await sent(tablet, request) == 401
    clock.move(2 * CLOCK_TOLERANCE - SECOND)
    assert await sent(tablet, request) == 401


@pytest.mark.parametrize("header", ["orion-timestamp", "orion-nonce", "orion-signature"])
async def test_without_one_of_its_headers_a_request_is_not_signed(shop: Shop, header: str) -> None:
    tablet = await a_tablet(shop)
    request = prepared(tablet)
    del request.headers[header]
    assert await sent(tablet, request) == 401


async def test_a_signed_request_cannot_be_sent_elsewhere(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    request = prepared(tablet, "/store/loyalty/transactions?limit=1")
    other = httpx.Request("GET", request.url.copy_with(query=b"limit=100"), headers=request.headers)
    assert await sent(tablet, other) == 401
    assert await sent(tablet, request) == 200


async def test_a_copied_token_without_the_key_is_worth_nothing(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    thief = Tablet.beside(shop.anna, TabletState(), tablet.token)
    with refused("device_signature_invalid", 401):
        await thief.program()
    with refused("device_signature_invalid", 401):
        await Caller(shop.anna.http, shop.anna._promises, tablet.token).get("/store/loyalty/program")


async def test_a_token_that_nobody_gave_out_is_unknown(shop: Shop) -> None:
    tablet = Tablet.beside(shop.anna, token=f"od_{uuid4().hex}{uuid4().hex}")
    with refused("unauthenticated", 401):
        await tablet.program()


async def test_a_new_token_ends_the_old_one_with_its_first_use(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    old, new = Tablet.beside(shop.anna, tablet.state, tablet.token), Tablet.beside(shop.anna, tablet.state)
    new.token = await tablet.roll()
    await old.program()
    await new.program()
    with refused("device_token_expired", 401) as said:
        await old.program()
    assert said[0]["may_roll"] is False


async def test_a_lost_answer_locks_no_tablet_out(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    await tablet.roll(answer_is_lost=True)
    clock.move(OVERLAP - SECOND)
    await tablet.program()
    clock.move(SECOND)
    with refused("device_token_expired", 401) as said:
        await tablet.program()
    assert said[0]["may_roll"] is True
    await tablet.roll()
    await tablet.program()


async def test_a_tablet_from_the_drawer_gets_a_new_token(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    clock.move(TOKEN_LASTS + ROLL_GRACE - SECOND)
    with refused("device_token_expired", 401):
        await tablet.program()
    await tablet.roll()
    await tablet.program()
    clock.move(TOKEN_LASTS + ROLL_GRACE)
    with refused("device_token_expired", 401) as said:
        await tablet.roll()
    assert said[0]["may_roll"] is False


async def test_a_revoked_tablet_hears_it_with_its_next_request(shop: Shop) -> None:
    tablet, other = await a_tablet(shop), await a_tablet(shop, name="Counter right")
    await tablet.program()
    await revoke(shop, tablet)
    counted = REGISTRY.get_sample_value("orion_revoked_device_requests_total") or 0
    for asked in (tablet.program(), tablet.roll(), tablet.heartbeat()):
        with refused("TERMINAL_DEVICE_REVOKED", 401) as said:
            await asked
        assert said[0]["wipe"] is True
        assert said[0]["accept_pending_until"] > said[0]["server_time"]
    await other.program()
    assert REGISTRY.get_sample_value("orion_revoked_device_requests_total") == counted + 3


async def test_a_tablet_that_is_sold_need_not_be_wiped(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    await revoke(shop, tablet, "Sold", wipe=False)
    with refused("TERMINAL_DEVICE_REVOKED", 401) as said:
        await tablet.program()
    assert said[0]["wipe"] is False


async def test_an_outdated_app_only_hears_that_it_is(own_town: OwnTown) -> None:
    async with own_town({"ORION_DEVICE_MIN_VERSION_CODE": "43"}) as town:
        shop = await town.open_shop()
        with refused("app_outdated", 426) as said:
            await a_tablet(shop)
        assert said[0]["min_version_code"] == 43
        tablet = await a_tablet(shop, state=TabletState(app={"version_code": 43, "version_name": "1.5"}))
        await tablet.program()
        tablet.state.app["version_code"] = 42
        with refused("app_outdated", 426):
            await tablet.program()
        assert await tablet.commands() == ["update"]
        await tablet.roll()
        tablet.state.app["version_code"] = 43
        await tablet.program()


async def test_a_heartbeat_tells_the_office_how_the_tablet_is(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    tablet.state.offset = timedelta(seconds=90)
    answer = await tablet.heartbeat(
        pending_count=3, oldest_pending_at="2026-11-30T08:00:00Z", battery_percent=17, network="wifi", kiosk_locked=True
    )
    assert answer["commands"] == []
    assert answer["next_heartbeat_seconds"] == 900
    seen = await the_device(shop, tablet)
    assert (seen["pending_count"], seen["oldest_pending_at"]) == (3, "2026-11-30T08:00:00Z")
    assert (seen["battery_percent"], seen["network"], seen["is_kiosk_locked"]) == (17, "wifi", True)
    assert 85_000 < seen["clock_offset_ms"] <= 90_000
    assert seen["version"] == 2, "a heartbeat is no change by a person"
    await tablet.heartbeat()
    assert (await the_device(shop, tablet))["oldest_pending_at"] is None


async def test_a_token_of_a_month_is_to_be_exchanged(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    clock.move(ROLL_DUE - SECOND)
    assert await tablet.commands() == []
    clock.move(SECOND)
    assert await tablet.commands() == ["roll_token"]
    await tablet.roll()
    assert await tablet.commands() == []


async def test_every_call_counts_as_seen(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    await tablet.program()
    first = (await the_device(shop, tablet))["last_seen_at"]
    clock.move(timedelta(minutes=2))
    await tablet.program()
    assert (await the_device(shop, tablet))["last_seen_at"] > first


async def test_people_have_no_tablets_calls(shop: Shop) -> None:
    with pytest.raises(Refused, match="unauthenticated"):
        await shop.anna.post("/devices/me/token")
