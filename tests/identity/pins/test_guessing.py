"""Who may unlock PINs cannot guess at those of colleagues without end, nor without a trace."""

from typing import Any

import asyncpg
import pytest

from backend.access.permissions import MANAGE_PINS, TILL
from backend.core.ids import new_id
from backend.loyalty.fraud_limits.models import FraudLimit
from backend.staff.models import StoreMember
from tests.conftest import OpenShop
from tests.world.caller import outcome, refused
from tests.world.shop import Shop
from tests.world.till import Till


@pytest.fixture
async def guarded(opened: OpenShop) -> Shop:
    """Anna works with Claire and may unlock PINs."""
    shop = await opened(policy={"staff_pin_policy": "optional"})
    await shop.change(StoreMember, permissions=sorted(TILL | {MANAGE_PINS}))
    for name, pin in (("anna", "2468"), ("claire", "97531")):
        await shop.give_pin(name, pin)
    return shop


async def guess(shop: Shop, till: Till, times: int) -> list[str]:
    return [await outcome(till.take_over(shop.user_ids["claire"], "0000")) for _ in range(times)]


async def unlock(shop: Shop, till: Till) -> Any:
    return await till.post(f"/store/loyalty/pins/{shop.user_ids['claire']}/unlock")


async def test_unlocking_a_pin_that_is_not_locked_forgives_no_wrong_attempt(guarded: Shop) -> None:
    assert await guess(guarded, guarded.anna, 4) == ["pin_invalid"] * 4
    assert (await unlock(guarded, guarded.anna))["locked_until"] is None
    assert await guess(guarded, guarded.anna, 1) == ["pin_locked"]


async def test_a_pin_is_not_unlocked_from_where_it_was_locked(guarded: Shop, superuser: asyncpg.Connection) -> None:
    await guess(guarded, guarded.anna, 5)
    with refused("pin_locked_here", 403):
        await unlock(guarded, guarded.anna)
    unlocked = "SELECT count(*) FROM audit_entries WHERE merchant_id = $1 AND action = 'pin.unlocked'"
    assert await superuser.fetchval(unlocked, guarded.merchant_id) == 0
    await unlock(guarded, await guarded.sign_in_again("anna"))
    assert await superuser.fetchval(unlocked, guarded.merchant_id) == 1


async def test_the_same_holds_for_a_pin_that_was_guessed_at_to_override_a_limit(guarded: Shop) -> None:
    await guarded.add(FraudLimit, id=new_id(), scope="card", measure="stamps", window_minutes=60, maximum=0)
    card = await guarded.a_card()
    override = {"email": guarded.emails["claire"], "pin": "0000"}
    said = [await outcome(guarded.anna.stamp(card, override=override)) for _ in range(5)]
    assert said == ["pin_invalid"] * 4 + ["pin_locked"]
    with refused("pin_locked_here", 403):
        await unlock(guarded, guarded.anna)
