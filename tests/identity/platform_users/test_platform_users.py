"""Super admins manage who administers the platform; administrators only see it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from backend.services import Services
from tests.conftest import OwnTown, Town
from tests.world import PAUL
from tests.world.caller import Caller, outcome, refused
from tests.world.invitations import accept, invite, look_at, mailed_token, new_email
from tests.world.office import PlatformOffice
from tests.world.shop import Shop, hire_admin
from tests.world.till import AnonymousCaller


@pytest.fixture
async def ada(services: Services, anonymous: AnonymousCaller) -> PlatformOffice:
    return await hire_admin(services, anonymous, "Ada", "super_admin")


@pytest.fixture
async def paul(services: Services, anonymous: AnonymousCaller) -> PlatformOffice:
    return await hire_admin(services, anonymous, "Paul")


async def id_of(who: Caller) -> str:
    return str((await who.get("/auth/me"))["id"])


async def set_role(ada: Caller, user_id: str, role: str) -> str:
    return str((await ada.ask("PUT", f"/admin/users/{user_id}/role", json={"role": role}))["role"])


async def test_an_administrator_sees_who_administers_and_changes_nothing(
    ada: PlatformOffice, paul: PlatformOffice, shop: Shop
) -> None:
    listed = {row["email"]: row for row in (await paul.get("/admin/users"))["users"]}
    assert (listed[PAUL.email]["role"], listed[PAUL.email]["has_second_factor"]) == ("platform_admin", False)
    assert not any(email.startswith("anna") for email in listed)
    target = await id_of(ada)
    for asked in (
        set_role(paul, target, "platform_admin"),
        paul.ask("DELETE", f"/admin/users/{target}"),
        invite(paul, new_email(), audience="admin"),
        shop.claire.get("/admin/users"),
    ):
        with refused("forbidden", 403):
            await asked


async def test_the_list_says_who_has_a_second_factor_of_any_kind(
    ada: PlatformOffice, superuser: asyncpg.Connection
) -> None:
    user_id = await id_of(ada)
    add = """INSERT INTO passkeys (id, user_id, credential_id, public_key, sign_count, name, created_at)
             VALUES (gen_random_uuid(), $1::uuid, sha256($1::uuid::text::bytea), '', 0, 'Laptop', now())"""
    await superuser.execute(add, UUID(user_id))
    listed = {row["id"]: row["has_second_factor"] for row in (await ada.get("/admin/users"))["users"]}
    assert listed[user_id]
    assert not all(listed.values())


async def test_a_role_is_in_force_with_the_next_request(ada: PlatformOffice, paul: PlatformOffice) -> None:
    target = await id_of(paul)
    assert await set_role(ada, target, "super_admin") == "super_admin"
    assert "settings.manage" in (await paul.get("/auth/me"))["permissions"]
    await set_role(paul, await id_of(ada), "platform_admin")
    with refused("forbidden", 403):
        await set_role(ada, target, "platform_admin")


async def test_nobody_changes_their_own_role(ada: PlatformOffice) -> None:
    with refused("own_role", 403):
        await set_role(ada, await id_of(ada), "platform_admin")


async def test_a_removed_administrator_is_out_at_once_and_can_be_invited_again(
    ada: PlatformOffice, services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    email = new_email()
    await invite(ada, email, audience="admin", role="super_admin")
    assert await accept(anonymous, await mailed_token(services, email)) == {"email": email, "merchant": None}
    answer = await anonymous.sign_in(email, "a long enough password")
    lea = PlatformOffice(anonymous.http, anonymous._promises, answer["token"])
    assert (answer["user"]["role"], answer["user"]["merchant"]) == ("super_admin", None)
    await ada.ask("DELETE", f"/admin/users/{answer['user']['id']}")
    with refused("unauthenticated", 401):
        await lea.get("/auth/me")
    with refused("sign_in_refused", 401):
        await anonymous.sign_in(email, "a long enough password")
    for again in (set_role(ada, answer["user"]["id"], "super_admin"), ada.ask("DELETE", f"/admin/users/{UUID(int=1)}")):
        with refused("user_not_found", 404):
            await again
    await invite(ada, email, audience="admin")
    await accept(anonymous, await mailed_token(services, email))
    assert (await anonymous.sign_in(email, "a long enough password"))["user"]["role"] == "platform_admin"
    entries = await superuser.fetch(
        "SELECT action FROM platform_audit_entries WHERE subject = $1 ORDER BY id", answer["user"]["id"]
    )
    assert [row[0] for row in entries] == ["user.joined", "user.removed", "user.joined"]


async def test_an_administrator_who_is_removed_does_not_come_back_by_an_invitation_of_their_own(
    ada: PlatformOffice, services: Services, anonymous: AnonymousCaller, shop: Shop
) -> None:
    """Nor does a super admin who has become an administrator get the former rights back."""
    nora = await hire_admin(services, anonymous, "Nora", "super_admin")
    tokens = []
    for audience in ("admin", f"admin/merchants/{shop.code}"):
        email = new_email()
        await invite(nora, email, audience=audience, role="super_admin" if audience == "admin" else "merchant_owner")
        tokens.append(await mailed_token(services, email))
    to_platform, to_merchant = tokens
    await set_role(ada, await id_of(nora), "platform_admin")
    with refused("invitation_withdrawn", 410):
        await accept(anonymous, to_platform)
    assert await look_at(anonymous, to_merchant)
    await ada.ask("DELETE", f"/admin/users/{await id_of(nora)}")
    with refused("invitation_withdrawn", 410):
        await accept(anonymous, to_merchant)


async def test_an_invitation_to_the_platform_is_none_of_a_merchants_business(ada: PlatformOffice, shop: Shop) -> None:
    sent = await invite(ada, new_email(), audience="admin")
    with refused("invitation_not_found", 404):
        await shop.claire.ask("DELETE", f"/merchant/invitations/{sent['id']}")
    theirs = await invite(shop.claire, new_email())
    with refused("invitation_not_found", 404):
        await ada.ask("DELETE", f"/admin/invitations/{theirs['id']}")
    assert sent["id"] in {row["id"] for row in (await ada.get("/admin/invitations"))["invitations"]}
    await ada.post(f"/admin/invitations/{sent['id']}/resend")
    await ada.ask("DELETE", f"/admin/invitations/{sent['id']}")
    with refused("already_member", 409):
        await invite(ada, (await ada.get("/auth/me"))["email"], audience="admin")


@pytest.fixture
async def alone(own_town: OwnTown) -> AsyncIterator[tuple[Town, PlatformOffice, PlatformOffice]]:
    """A platform with two super admins."""
    async with own_town() as town:
        await town.superuser.execute("UPDATE users SET is_active = false WHERE platform_role IS NOT NULL")
        hired = [await hire_admin(town.services, town.anonymous, name, "super_admin") for name in ("Ada", "Eva")]
        yield town, hired[0], hired[1]


async def test_of_two_super_admins_who_remove_each_other_one_stays(
    alone: tuple[Town, PlatformOffice, PlatformOffice],
) -> None:
    """Each removes the other at the same moment; then the one who is left tries to go, too."""
    town, ada, eva = alone
    ids = [await id_of(ada), await id_of(eva)]
    outcomes = await asyncio.gather(
        outcome(ada.ask("DELETE", f"/admin/users/{ids[0]}")), outcome(eva.ask("DELETE", f"/admin/users/{ids[1]}"))
    )
    assert sorted(outcomes) == ["booked", "last_super_admin"]
    left = ada if outcomes[0] == "last_super_admin" else eva
    with refused("last_super_admin", 409):
        await left.ask("DELETE", f"/admin/users/{await id_of(left)}")
    count = "SELECT count(*) FROM users WHERE platform_role = 'super_admin' AND is_active"
    assert await town.superuser.fetchval(count) == 1
