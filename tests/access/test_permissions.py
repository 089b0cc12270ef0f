"""The table of permissions: what each role has, and how far it reaches."""

import asyncpg
import pytest

from backend.access.permissions import BY_ROLE, GIVEN, MANAGE_REWARDS, PERMISSIONS, TILL, VIEW_ANALYTICS
from backend.staff.models import StoreMember
from tests.conftest import SignIn
from tests.world import ADA, ANNA, PAUL
from tests.world.caller import refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

REACH = {
    "store": {"merchant_owner", "platform_admin", "super_admin"},
    "merchant": {"merchant_owner", "platform_admin", "super_admin"},
    "owner": {"merchant_owner", "platform_admin", "super_admin"},
    "platform": {"platform_admin", "super_admin"},
    "super_admin": {"super_admin"},
}


@pytest.mark.parametrize("code", PERMISSIONS)
def test_the_scope_of_a_permission_decides_which_roles_have_it(code: str) -> None:
    roles = {role for role, permissions in BY_ROLE.items() if code in permissions} - {"store_member"}
    assert roles == REACH[PERMISSIONS[code].scope]


def test_an_owner_gives_only_what_the_owner_has_and_proposes_the_till() -> None:
    assert TILL < GIVEN < BY_ROLE["merchant_owner"]


async def test_everybody_who_works_sees_the_table_in_their_language(sign_in: SignIn) -> None:
    for who in (ADA, ANNA):
        rows = (await (await sign_in(who)).reading("fr").get("/auth/permissions"))["permissions"]
        assert [row["code"] for row in rows] == list(PERMISSIONS)
        adjust = next(row for row in rows if row["code"] == "loyalty.adjust_points")
        assert (adjust["title"], adjust["scope"]) == ("Corriger les points", "store")
        assert (adjust["is_given"], adjust["is_proposed"]) == (True, False)
        assert adjust["roles"] == ["super_admin", "platform_admin", "merchant_owner"]


async def test_a_refusal_says_in_words_what_is_missing_and_who_may(shop: Shop, sign_in: SignIn) -> None:
    ada, paul = await sign_in(ADA), await sign_in(PAUL)
    card_id = (await shop.a_card())["id"]
    for caller, path, sentence in (
        (shop.anna, "/merchant/loyalty/rewards", "It needs the permission “Change rewards”. An owner can give it."),
        (shop.anna, "/merchant/staff", "Only an owner of the merchant may do it."),
        (shop.anna, f"/merchant/loyalty/cards/{card_id}", "Only an owner of the merchant may do it."),
        (shop.claire, "/admin/settings", "Only a super admin of the platform may do it."),
        (paul, "/admin/settings", "Only a super admin of the platform may do it."),
        (shop.claire, "/admin/merchants", "Only an administrator of the platform may do it."),
    ):
        with refused("forbidden", 403) as said:
            await caller.get(path)
        assert said[0]["detail"] == sentence
    with refused("forbidden", 403) as said:
        await ada.ask("PUT", "/auth/me/pin", json={"pin": "4826"})
    assert said[0]["detail"] == "Only people who work for a merchant may do it."


async def test_nobody_else_sees_it(anonymous: AnonymousCaller) -> None:
    with refused("unauthenticated", 401):
        await anonymous.get("/auth/permissions")


async def test_a_permission_for_the_merchant_works_for_all_stores_when_it_is_given_at_one(shop: Shop) -> None:
    with refused("forbidden", 403):
        await shop.anna.get("/merchant/loyalty/rewards")
    await shop.change(StoreMember, permissions=sorted(TILL | {MANAGE_REWARDS}))
    rewards = (await shop.anna.get("/merchant/loyalty/rewards"))["data"]
    changed = await shop.anna.ask(
        "PATCH", f"/merchant/loyalty/rewards/{rewards[0]['id']}", json={"points_required": 7},
        headers={"if-match": '"1"'},
    )  # fmt: skip
    assert changed["points_required"] == 7


async def test_a_permission_at_a_store_leaves_what_concerns_all_stores_to_the_owner(shop: Shop) -> None:
    await shop.change(StoreMember, permissions=sorted(TILL | {VIEW_ANALYTICS}))
    with refused("forbidden", 403):
        await shop.anna.get("/merchant/loyalty/today")
    assert await shop.claire.get("/merchant/loyalty/today")


async def test_an_owner_without_an_open_store_still_owns_the_merchant(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("UPDATE stores SET is_active = false WHERE merchant_id = $1", shop.merchant_id)
    me = await shop.claire.me()
    assert (me["stores"], me["permissions"]) == ([], sorted(BY_ROLE["merchant_owner"]))
    assert await shop.claire.get("/merchant/loyalty/rewards")
