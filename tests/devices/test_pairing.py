"""A code of the office becomes a token that is bound to the tablet's key."""

from datetime import timedelta

import asyncpg
import pytest

from backend.core.clock import clock
from backend.devices.rules import CODE_LASTS, CODE_TRIES_MAX, REPEATABLE
from backend.devices.simulator.state import TabletState
from backend.services import Services
from tests.doubles.tablet import Tablet
from tests.world.caller import new_key, refused
from tests.world.devices import a_tablet, add_device, make_code, revoke, the_device
from tests.world.limits import forget_everything
from tests.world.shop import Shop


async def test_a_tablet_is_paired_by_its_qr_code(shop: Shop) -> None:
    device = await add_device(shop.claire, shop.hub)
    assert (device["state"], device["profile"], device["store"]["code"]) == ("created", "till", shop.hub)
    code = await make_code(shop.claire, device)
    tablet = Tablet.beside(shop.anna)
    paired = await tablet.scan(code["qr_payload"])
    assert paired["device_id"] == device["id"]
    assert paired["token"].startswith("od_")
    assert (paired["store"]["code"], paired["store"]["currency"], paired["merchant"]["code"]) == (
        shop.hub,
        "EUR",
        shop.code,
    )
    assert paired["permissions"] == [
        "loyalty.manage_cards",
        "loyalty.view_programs",
        "loyalty.void_transactions",
    ]
    seen = await the_device(shop, tablet)
    assert (seen["state"], seen["model"], seen["app_version_code"]) == ("paired", "Tab M9", 42)
    assert seen["os_version"] == "34 2026-11-01"
    assert seen["code_expires_at"] is None


async def test_the_code_is_in_the_fragment_of_the_address(shop: Shop) -> None:
    """No browser sends it, so no server logs it."""
    code = await make_code(shop.claire, await add_device(shop.claire, shop.hub))
    address, _, fragment = code["qr_payload"].partition("#")
    assert address == "http://orion.test/pair"
    assert f"code={code['code']}" in fragment
    assert f"store={shop.hub}" in fragment


async def test_a_typed_code_may_look_different(shop: Shop) -> None:
    code = (await make_code(shop.claire, await add_device(shop.claire, shop.hub)))["code"]
    paired = await Tablet.beside(shop.anna).pair(f" {code[:4].lower()}-{code[4:].lower()} ")
    assert paired["store"]["code"] == shop.hub


async def test_a_lost_answer_is_asked_for_again(shop: Shop) -> None:
    """The same key and the same public key: the same device, with a token that works."""
    code = (await make_code(shop.claire, await add_device(shop.claire, shop.hub)))["code"]
    tablet = Tablet.beside(shop.anna)
    first, again = await tablet.pair(code), await tablet.pair(code)
    assert first["device_id"] == again["device_id"]
    assert first["token"] != again["token"]
    await tablet.heartbeat()
    clock.move(REPEATABLE)
    with refused("pairing_code_used", 409):
        await tablet.pair(code)


@pytest.mark.parametrize("change", ["another key pair", "another idempotency key"])
async def test_a_used_code_pairs_nothing_else(shop: Shop, change: str) -> None:
    code = (await make_code(shop.claire, await add_device(shop.claire, shop.hub)))["code"]
    tablet = Tablet.beside(shop.anna)
    await tablet.pair(code)
    other = TabletState(pairing_key=tablet.state.pairing_key) if change == "another key pair" else tablet.state
    if change != "another key pair":
        other.pairing_key = new_key()
    with refused("pairing_code_used", 409):
        await Tablet.beside(shop.anna, other).pair(code)


async def test_a_code_lasts_five_minutes(shop: Shop) -> None:
    device = await add_device(shop.claire, shop.hub)
    late, in_time = (await make_code(shop.claire, device))["code"], timedelta(seconds=1)
    clock.move(CODE_LASTS)
    with refused("pairing_code_expired", 410):
        await Tablet.beside(shop.anna).pair(late)
    code = (await make_code(shop.claire, device))["code"]
    clock.move(CODE_LASTS - in_time)
    await Tablet.beside(shop.anna).pair(code)


async def test_only_the_newest_code_works(shop: Shop) -> None:
    device = await add_device(shop.claire, shop.hub)
    former, newest = (await make_code(shop.claire, device))["code"], (await make_code(shop.claire, device))["code"]
    with refused("pairing_code_expired", 410):
        await Tablet.beside(shop.anna).pair(former)
    await Tablet.beside(shop.anna).pair(newest)


@pytest.mark.parametrize("wrong", [CODE_TRIES_MAX - 1, CODE_TRIES_MAX])
async def test_five_wrong_second_halves_end_a_code(shop: Shop, services: Services, wrong: int) -> None:
    code = (await make_code(shop.claire, await add_device(shop.claire, shop.hub)))["code"]
    other = "0" if code[-1] != "0" else "1"
    for _ in range(wrong):
        with refused("pairing_code_unknown", 404):
            await Tablet.beside(shop.anna).pair(code[:-1] + other)
    await forget_everything(services.redis)
    if wrong < CODE_TRIES_MAX:
        await Tablet.beside(shop.anna).pair(code)
    else:
        with refused("pairing_code_expired", 410):
            await Tablet.beside(shop.anna).pair(code)


async def test_codes_are_guessed_five_times_a_minute_at_most(shop: Shop) -> None:
    for _ in range(5):
        with refused("pairing_code_unknown", 404):
            await Tablet.beside(shop.anna).pair("00000000")
    with refused("rate_limited", 429):
        await Tablet.beside(shop.anna).pair("00000000")


async def test_what_cannot_be_a_tablet_costs_no_try(shop: Shop) -> None:
    code = (await make_code(shop.claire, await add_device(shop.claire, shop.hub)))["code"]
    tablet = Tablet.beside(shop.anna)
    with refused("device_key_invalid", 422):
        await tablet.pair(code, public_key="AAAA")
    with refused("validation_failed", 422):
        await tablet.pair(code, handshake_version=2)
    with refused("idempotency_key_missing", 400):
        await Tablet.beside(shop.anna, TabletState(pairing_key="")).pair(code)
    await tablet.pair(code)


async def test_a_code_is_stored_as_a_keyed_hash_only(shop: Shop, superuser: asyncpg.Connection) -> None:
    device = await add_device(shop.claire, shop.hub)
    code = (await make_code(shop.claire, device))["code"]
    row = await superuser.fetchrow("SELECT * FROM pairing_codes WHERE merchant_id = $1", shop.merchant_id)
    assert code not in str(dict(row))
    assert len(row["code_hash"]) == 32


async def test_a_tablet_set_up_anew_takes_the_place_of_the_former_one(shop: Shop) -> None:
    """The app was deleted and installed again: another key. The token of before opens nothing more."""
    former = await a_tablet(shop)
    again = Tablet.beside(shop.anna)
    code = await make_code(shop.claire, former.state.device_id)
    await former.heartbeat()
    await again.pair(code["code"])
    with refused("device_signature_invalid", 401):
        await former.heartbeat()
    await again.heartbeat()


async def test_a_revoked_tablet_is_not_paired_again(shop: Shop) -> None:
    device = await add_device(shop.claire, shop.hub)
    code = (await make_code(shop.claire, device))["code"]
    tablet = Tablet.beside(shop.anna)
    tablet.state.device_id = device["id"]
    await revoke(shop, tablet)
    with refused("device_state_refused", 409):
        await make_code(shop.claire, device)
    with refused("pairing_code_expired", 410):
        await tablet.pair(code)
