"""`orion devices simulate`: the reference tablet goes through the device API, and finds what is wrong."""

import pytest

from backend.devices import guards
from backend.devices.simulator.acceptance import STEPS, AcceptanceResult, accept
from backend.devices.simulator.acceptance_run import AcceptanceRun
from backend.devices.simulator.client import HttpTablet
from backend.staff_pins.grants.models import OfflineRules
from tests.conftest import OpenShop
from tests.world.devices import add_device, make_code
from tests.world.shop import Shop

PIN = "482915"


@pytest.fixture
async def market(opened: OpenShop) -> Shop:
    """Its tablets may redeem offline, each booking takes a PIN, and the store has categories."""
    shop = await opened(policy={"staff_pin_policy": "required", "require_order_reference": True}, categories=2)
    await shop.give_pin("anna", PIN)
    usual = (await shop.claire.get("/merchant/loyalty/offline-rules"))["rules"][0]
    rule = usual | {"operations": ["points", "stamp", "void", "redeem"]}
    await shop.claire.ask("PUT", "/merchant/loyalty/offline-rules", json={"rules": [rule]})
    return shop


async def run(
    shop: Shop, *, code: str | None = None, staff: str | None = "Anna", pin: str | None = PIN
) -> AcceptanceRun:
    code = code or (await make_code(shop.claire, await add_device(shop.claire, shop.hub)))["code"]
    return AcceptanceRun(HttpTablet(shop.anna.http), code, staff, pin)


async def results_of(shop: Shop, **told: str | None) -> list[AcceptanceResult]:
    return [result async for result in accept(await run(shop, **told))]


async def test_it_goes_through_the_whole_device_api(market: Shop) -> None:
    results = await results_of(market)
    assert [(result.step, result.is_ok) for result in results] == [(step, True) for step in STEPS]
    told = {result.step: result.detail for result in results}
    assert told["Holds points to redeem offline"] == "100 points"
    assert told["Hands in what it did offline, cut off once"] == "4 operations"
    (card,) = (await market.claire.find("simulator"))[:1]
    seen = await market.claire.show(card)
    assert (seen["points_balance"], seen["held_points"], seen["stamp_count"]) == (0, 0, 1)


async def test_what_a_merchant_does_not_allow_is_left_out(shop: Shop) -> None:
    """No PINs, no offline redemption, stamps only."""
    results = {result.step: result for result in await results_of(shop, staff=None, pin=None)}
    assert all(result.is_ok for result in results.values())
    assert results["Holds points to redeem offline"].detail.startswith("left out: the merchant's rules")


@pytest.mark.parametrize(
    ("told", "step", "reason"),
    [
        ({"code": "7K3M9QXA"}, "Pairs with the code", "answered 404 pairing_code_unknown"),
        ({"pin": "482916"}, "Books a sale once, sent twice", "answered 403 pin_invalid"),
        ({"pin": None}, "Books a sale once, sent twice", "answered 403 pin_required"),
        ({"staff": "Zoe"}, "Enrolls a customer", "Zoe does not work at the store: "),
    ],
)
async def test_it_stops_where_something_is_wrong_and_says_why(
    market: Shop, told: dict[str, str | None], step: str, reason: str
) -> None:
    last = (await results_of(market, **told))[-1]
    assert (last.step, last.is_ok) == (step, False)
    assert last.detail.startswith(reason)


async def test_it_finds_a_server_that_takes_old_requests(market: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "is_in_time", lambda *_: True)
    last = (await results_of(market))[-1]
    assert (last.step, last.detail) == ("A wrong clock is corrected", "a request of seven hours ago was accepted")


async def test_what_waits_for_a_person_is_not_accepted(market: Shop) -> None:
    await market.change(OfflineRules, max_points=1)
    last = (await results_of(market))[-1]
    assert (last.step, last.detail) == (
        "Hands in what it did offline, cut off once",
        "an operation is review: grant_exceeded",
    )
