"""One caller for each role, and what they ask about."""

from datetime import UTC, datetime
from typing import NamedTuple

import asyncpg

from backend.access.permissions import GIVEN
from backend.core.clock import clock
from tests.conftest import OpenShop
from tests.world import PASSWORD
from tests.world.belongings import Belongings, belongings_of
from tests.world.caller import Caller
from tests.world.customer import signed_in
from tests.world.devices import a_tablet
from tests.world.office import PlatformOffice
from tests.world.shop import Shop, hire_admin
from tests.world.till import AnonymousCaller, Till

PIN = "97531"


class Cast(NamedTuple):
    belongings: Belongings
    callers: dict[str, Caller]


async def gather_cast(opened: OpenShop, anonymous: AnonymousCaller, superuser: asyncpg.Connection) -> Cast:
    shop, theirs = await opened(), await opened()
    administrators = await _administrators(shop, anonymous, superuser)
    callers: dict[str, Caller] = {**administrators, "owner of another merchant": theirs.claire, "nobody": anonymous}
    callers |= await _colleagues(shop) | await _customers(shop)
    callers["tablet"] = await a_tablet(shop)
    callers |= await _who_is_nobody_any_more(shop, superuser)
    belongings = await belongings_of(shop, administrators["super admin"])
    return Cast(belongings, {name: caller.but(x_store_code=shop.hub) for name, caller in callers.items()})


async def _administrators(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> dict[str, PlatformOffice]:
    async def with_factor(name: str, role: str = "super_admin") -> PlatformOffice:
        admin = await hire_admin(shop.services, anonymous, name, role)
        by_factor = "UPDATE access_tokens SET second_factor = 'totp' WHERE user_id = $1"
        await superuser.execute(by_factor, (await admin.get("/auth/me"))["id"])
        return admin

    super_admin = await with_factor("Ada")
    without_factor = await hire_admin(shop.services, anonymous, "Ben", "super_admin")
    for admin in (super_admin, without_factor):
        await _confirm(admin)
    begun = await super_admin.post(f"/admin/merchants/{shop.code}/on-behalf", {"reason": "Ticket 4711: prices"})
    acting = PlatformOffice(super_admin.http, super_admin._promises, begun["token"])
    return {
        "super admin": super_admin,
        "platform admin": await with_factor("Paul", "platform_admin"),
        "administrator without a second factor": without_factor,
        "administrator on behalf of the merchant": acting,
    }


async def _colleagues(shop: Shop) -> dict[str, Caller]:
    await shop.give_pin("claire", PIN)
    await _confirm(shop.claire)
    till = await shop.sign_in_again("anna")
    return {
        "owner": shop.claire,
        "owner who has taken over a till by PIN": await till.take_over(shop.user_ids["claire"], PIN),
        "member with all permissions": await shop.hire(shop.hub, permissions=GIVEN),
        "member with none": await shop.hire(shop.hub, permissions=()),
        "member of another store": await shop.hire(shop.outlet, permissions=GIVEN),
    }


async def _customers(shop: Shop) -> dict[str, Caller]:
    card = await shop.a_card()
    return {
        "customer": await signed_in(shop, card),
        "customer whose session has expired": await signed_in(shop, card, until=clock.now()),
    }


async def _who_is_nobody_any_more(shop: Shop, superuser: asyncpg.Connection) -> dict[str, Caller]:
    gone, late, revoked = await shop.hire(shop.hub), await shop.hire(shop.hub), await shop.sign_in_again("anna")
    await superuser.execute("UPDATE merchant_members SET left_at = now() WHERE user_id = $1", await _id_of(gone))
    past = datetime(2020, 1, 1, tzinfo=UTC)
    await superuser.execute("UPDATE access_tokens SET expires_at = $2 WHERE user_id = $1", await _id_of(late), past)
    await revoked.sign_out()
    return {"member who has left": gone, "expired session": late, "revoked session": revoked}


async def _id_of(colleague: Till) -> str:
    return str((await colleague.me())["id"])


async def _confirm(colleague: Caller) -> None:
    colleague.token = (await colleague.post("/auth/me/confirmation", {"password": PASSWORD}))["token"]
