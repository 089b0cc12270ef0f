"""One person, one account, any number of merchants: a session is for one of them and sees nothing of the others."""

from datetime import timedelta

import asyncpg

from backend.core.clock import clock
from backend.services import Services
from tests.conftest import OpenShop
from tests.world import ADA, PASSWORD
from tests.world.caller import Json, refused
from tests.world.memberships import join
from tests.world.shop import Shop, hire_admin
from tests.world.till import AnonymousCaller, Till

LEAVE = "UPDATE merchant_members SET left_at = $3 WHERE merchant_id = $1 AND user_id = $2"


def till(anonymous: AnonymousCaller, answer: Json) -> Till:
    return Till(anonymous.http, anonymous._promises, answer["token"])


async def test_a_person_who_works_for_two_merchants_signs_in_to_the_one_they_name(
    opened: OpenShop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    here, there = await opened(), await opened()
    await join(superuser, here, there)
    email = here.emails["anna"]
    for shop, store, permissions in ((here, here.hub, 3), (there, there.outlet, 1)):
        answer = await anonymous.sign_in(email, PASSWORD, merchant=shop.code.upper())
        assert answer["user"]["merchant"]["code"] == shop.code
        assert [place["code"] for place in answer["user"]["stores"]] == [store]
        assert len(answer["user"]["permissions"]) == permissions
        assert (await till(anonymous, answer).program())["store"]["code"] == store
    with refused("merchant_not_found", 404):
        await anonymous.sign_in(email, PASSWORD, merchant="cafe-aurora")
    with refused("sign_in_refused", 401):
        await anonymous.sign_in(email, "wrong", merchant="cafe-aurora")


async def test_without_a_name_it_is_the_merchant_of_the_latest_sign_in(
    opened: OpenShop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    here, there = await opened(), await opened()
    await join(superuser, here, there)
    # Those of the world are used in all eternity.
    await superuser.execute("DELETE FROM access_tokens WHERE user_id = $1", here.user_ids["anna"])
    email = here.emails["anna"]
    for shop in (there, here):
        clock.move(timedelta(seconds=1))
        await anonymous.sign_in(email, PASSWORD, merchant=shop.code)
        assert (await anonymous.sign_in(email, PASSWORD))["user"]["merchant"]["code"] == shop.code


async def test_a_session_at_one_merchant_sees_nothing_of_the_other(
    opened: OpenShop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    here, there = await opened(), await opened()
    await join(superuser, here, there)
    card = await there.a_card(points=100)
    anna = till(anonymous, await anonymous.sign_in(here.emails["anna"], PASSWORD, merchant=here.code))
    with refused("store_not_found", 404):
        await anna.at(there.outlet).program()
    with refused("card_not_found", 404):
        await anna.show(card)


async def test_a_person_who_has_left_a_merchant_is_out_with_the_next_request_and_works_on_elsewhere(
    opened: OpenShop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    here, there = await opened(), await opened()
    await join(superuser, here, there)
    at_theirs = till(anonymous, await anonymous.sign_in(here.emails["anna"], PASSWORD, merchant=there.code))
    await superuser.execute(LEAVE, here.merchant_id, here.user_ids["anna"], clock.now())
    with refused("unauthenticated", 401):
        await here.anna.me()
    assert (await at_theirs.me())["merchant"]["code"] == there.code
    assert (await anonymous.sign_in(here.emails["anna"], PASSWORD))["user"]["merchant"]["code"] == there.code
    with refused("merchant_not_found", 404):
        await anonymous.sign_in(here.emails["anna"], PASSWORD, merchant=here.code)


async def test_a_person_who_works_nowhere_any_more_is_told_so_after_the_right_password_only(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    await superuser.execute(LEAVE, shop.merchant_id, shop.user_ids["luc"], clock.now())
    with refused("sign_in_refused", 401):
        await anonymous.sign_in(shop.emails["luc"], "wrong")
    with refused("no_workplace", 403):
        await anonymous.sign_in(shop.emails["luc"], PASSWORD)


async def test_a_person_who_has_left_overrides_no_limit(shop: Shop, superuser: asyncpg.Connection) -> None:
    await shop.give_pin("claire", "8642")
    await superuser.execute(LEAVE, shop.merchant_id, shop.user_ids["claire"], clock.now())
    overrider = "SELECT find_overrider($1, $2, $3)"
    given = shop.merchant_id, shop.store_ids[shop.hub]
    found = [await superuser.fetchval(overrider, *given, shop.emails[name].lower()) for name in ("claire", "anna")]
    assert [person is None for person in found] == [True, False]


async def test_the_platforms_people_work_for_no_merchant(anonymous: AnonymousCaller) -> None:
    assert (await anonymous.sign_in(ADA.email, PASSWORD, merchant="cafe-aurora"))["user"]["merchant"] is None


async def test_a_token_of_the_platform_opens_nothing_for_somebody_who_has_no_role_there(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    """Nor one of a merchant for the platform's people."""
    await superuser.execute("UPDATE access_tokens SET merchant_id = NULL WHERE user_id = $1", shop.user_ids["anna"])
    with refused("unauthenticated", 401):
        await shop.anna.me()
    await superuser.execute("UPDATE users SET platform_role = 'super_admin' WHERE id = $1", shop.user_ids["luc"])
    try:
        with refused("unauthenticated", 401):
            await shop.luc.me()
    finally:
        await superuser.execute("UPDATE users SET platform_role = NULL WHERE id = $1", shop.user_ids["luc"])


async def test_a_person_who_works_for_two_merchants_changes_from_one_to_the_other_without_signing_in(
    opened: OpenShop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    here, there = await opened(), await opened()
    await join(superuser, here, there)
    signed_in = await anonymous.sign_in(here.emails["anna"], PASSWORD, merchant=here.code)
    anna = till(anonymous, signed_in)
    codes = [merchant["code"] for merchant in signed_in["user"]["merchants"]]
    assert sorted(codes) == sorted([here.code, there.code])
    switched = await anna.post("/auth/merchant", {"merchant": there.code})
    assert switched["user"]["merchant"]["code"] == there.code
    assert switched["user"]["merchants"] == signed_in["user"]["merchants"]
    assert switched["expires_at"] == signed_in["expires_at"], "changing is no way to stay signed in"
    with refused("unauthenticated", 401):
        await anna.me()
    assert (await till(anonymous, switched).program())["store"]["code"] == there.outlet


async def test_nobody_changes_to_a_merchant_for_whom_they_do_not_work(
    opened: OpenShop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    here, there, third = await opened(), await opened(), await opened()
    await join(superuser, here, there)
    await superuser.execute(LEAVE, there.merchant_id, here.user_ids["anna"], clock.now())
    for other in (there, third):
        with refused("merchant_not_found", 404):
            await here.anna.post("/auth/merchant", {"merchant": other.code})
    assert (await here.anna.me())["merchant"]["code"] == here.code


async def test_the_platforms_people_change_to_no_merchant(
    services: Services, anonymous: AnonymousCaller, shop: Shop
) -> None:
    paul = await hire_admin(services, anonymous, "Paul")
    with refused("merchant_not_found", 404):
        await paul.post("/auth/merchant", {"merchant": shop.code})
