"""An owner invites somebody by email: the link works once, within 72 hours, and gives exactly what was chosen."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from backend.core.clock import clock
from backend.services import Services
from tests.conftest import OpenShop
from tests.world import PASSWORD as DEMO_PASSWORD
from tests.world.caller import Json, outcome, refused
from tests.world.invitations import PASSWORD, accept, invite, join, look_at, mailed_token, new_email
from tests.world.shop import Shop, hire_admin
from tests.world.till import AnonymousCaller

TILL = ["loyalty.manage_cards", "loyalty.view_programs"]


def at(shop: Shop, store: str, *permissions: str) -> Json:
    return {"store_id": str(shop.store_ids[store]), "permissions": list(permissions or TILL)}


async def test_a_person_who_accepts_has_exactly_what_was_chosen(
    shop: Shop, services: Services, anonymous: AnonymousCaller
) -> None:
    email = new_email()
    sent = await invite(shop.claire, email.upper(), name="Léa", stores=[at(shop, shop.hub)])
    assert (sent["role"], sent["is_expired"], sent["invited_by"]) == ("store_member", False, "Claire")
    token = await mailed_token(services, email.upper())
    mine = await look_at(anonymous, token)
    assert (mine["merchant_name"], mine["name"], mine["has_account"]) == ("Fashion Group", "Léa", False)
    assert await accept(anonymous, token) == {"email": email.upper(), "merchant": shop.code}
    user = (await anonymous.sign_in(email, PASSWORD))["user"]
    assert (user["name"], user["role"], user["permissions"]) == ("Léa Thoma", "store_member", TILL)
    assert [store["code"] for store in user["stores"]] == [shop.hub]
    assert (await shop.claire.get("/merchant/invitations"))["invitations"] == []


async def test_an_invitation_is_accepted_once_even_at_the_same_moment(
    shop: Shop, services: Services, anonymous: AnonymousCaller
) -> None:
    email = new_email()
    await invite(shop.claire, email)
    token = await mailed_token(services, email)
    outcomes = await asyncio.gather(*(outcome(accept(anonymous, token)) for _ in range(4)))
    assert sorted(outcomes) == ["booked", *["invitation_accepted"] * 3]
    with refused("invitation_accepted", 410):
        await look_at(anonymous, token)


async def test_it_is_valid_for_72_hours(shop: Shop, services: Services, anonymous: AnonymousCaller) -> None:
    email = new_email()
    await invite(shop.claire, email)
    token = await mailed_token(services, email)
    clock.move(timedelta(hours=72, seconds=-1))
    await look_at(anonymous, token)
    clock.move(timedelta(seconds=1))
    with refused("invitation_expired", 410):
        await accept(anonymous, token)
    assert [(row["email"], row["is_expired"]) for row in await opened_by(shop)] == [(email, True)]


async def test_a_resent_one_has_a_new_link_and_the_old_one_is_dead(
    shop: Shop, services: Services, anonymous: AnonymousCaller
) -> None:
    email = new_email()
    sent = await invite(shop.claire, email)
    old = await mailed_token(services, email)
    clock.move(timedelta(hours=80))
    again = await shop.claire.post(f"/merchant/invitations/{sent['id']}/resend")
    assert again["expires_at"] > sent["expires_at"]
    new = await mailed_token(services, email)
    with refused("invitation_not_found", 404):
        await accept(anonymous, old)
    await accept(anonymous, new)


async def test_a_withdrawn_one_opens_nothing(shop: Shop, services: Services, anonymous: AnonymousCaller) -> None:
    email = new_email()
    sent = await invite(shop.claire, email)
    await shop.claire.ask("DELETE", f"/merchant/invitations/{sent['id']}")
    with refused("invitation_withdrawn", 410):
        await accept(anonymous, await mailed_token(services, email))
    for method, path in (("DELETE", sent["id"]), ("POST", f"{sent['id']}/resend")):
        with refused("invitation_not_found", 404):
            await shop.claire.ask(method, f"/merchant/invitations/{path}")
    assert await opened_by(shop) == []
    await invite(shop.claire, email)


async def test_only_the_hash_of_the_link_is_stored(
    shop: Shop, services: Services, superuser: asyncpg.Connection
) -> None:
    email = new_email()
    await invite(shop.claire, email)
    token = await mailed_token(services, email)
    stored = await superuser.fetchval("SELECT string_agg(i::text, ' ') FROM invitations i")
    mails = await superuser.fetchval(
        "SELECT string_agg(m::text, ' ') FROM platform_mails m WHERE recipient = $1", email
    )
    assert token not in stored
    assert token not in mails
    assert email in mails


async def test_a_person_who_has_an_account_accepts_with_its_password_and_works_for_both(
    opened: OpenShop, services: Services, anonymous: AnonymousCaller
) -> None:
    here, there = await opened(), await opened()
    email = here.emails["anna"]
    await invite(there.claire, email, role="merchant_owner")
    token = await mailed_token(services, email)
    assert (await look_at(anonymous, token))["has_account"]
    with refused("password_wrong", 403):
        await accept(anonymous, token, password="somebody else’s")
    await accept(anonymous, token, name="Somebody Else", password=DEMO_PASSWORD)
    there_too = (await anonymous.sign_in(email, DEMO_PASSWORD, merchant=there.code))["user"]
    assert (there_too["name"], there_too["role"]) == ("Anna", "merchant_owner")
    assert (await here.anna.me())["role"] == "store_member", "what they are elsewhere stays"


async def test_guessing_the_password_counts_as_signing_in(
    opened: OpenShop, services: Services, anonymous: AnonymousCaller
) -> None:
    here, there = await opened(), await opened()
    email = here.emails["anna"]
    await invite(there.claire, email)
    token = await mailed_token(services, email)
    outcomes = [await outcome(accept(anonymous, token, password=f"guess {n}")) for n in range(6)]
    assert outcomes == ["password_wrong"] * 5 + ["rate_limited"]
    with refused("rate_limited", 429):
        await anonymous.sign_in(email, DEMO_PASSWORD)


async def test_a_person_who_was_removed_can_come_back_with_what_is_chosen_now(
    shop: Shop, services: Services, anonymous: AnonymousCaller
) -> None:
    before = shop.anna
    await shop.claire.ask("DELETE", f"/merchant/staff/{shop.user_ids['anna']}")
    await invite(shop.claire, shop.emails["anna"], stores=[at(shop, shop.outlet)])
    await accept(anonymous, await mailed_token(services, shop.emails["anna"]), password=DEMO_PASSWORD)
    with refused("unauthenticated", 401):
        await before.me()
    user = (await anonymous.sign_in(shop.emails["anna"], DEMO_PASSWORD))["user"]
    assert [store["code"] for store in user["stores"]] == [shop.outlet]


async def test_nobody_is_invited_twice_or_to_where_they_work(shop: Shop) -> None:
    email = new_email()
    outcomes = await asyncio.gather(*(outcome(invite(shop.claire, email)) for _ in range(3)))
    assert sorted(outcomes) == ["already_invited", "already_invited", "booked"]
    with refused("already_invited", 409):
        await invite(shop.claire, email)
    with refused("already_member", 409):
        await invite(shop.claire, shop.emails["luc"])


async def test_people_of_the_platform_and_of_merchants_stay_apart(
    shop: Shop, services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    ada = await hire_admin(services, anonymous, "Ada", "super_admin")
    admins = (await ada.get("/auth/me"))["email"]
    with refused("works_for_platform", 409):
        await invite(shop.claire, admins)
    with refused("works_for_merchant", 409):
        await invite(ada, shop.emails["luc"], audience="admin")
    # Both were open when they were sent; the second to be accepted is refused.
    email = new_email()
    await invite(shop.claire, email)
    first = await mailed_token(services, email)
    await invite(ada, email, audience="admin")
    await accept(anonymous, await mailed_token(services, email))
    with refused("works_for_platform", 409):
        await accept(anonymous, first, password=PASSWORD)


async def test_a_deactivated_account_is_not_opened_by_an_invitation(
    opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    here, there = await opened(), await opened()
    await superuser.execute("UPDATE users SET is_active = false WHERE id = $1", here.user_ids["luc"])
    with refused("account_deactivated", 409):
        await invite(there.claire, here.emails["luc"])


async def test_only_what_can_be_given_is_given_and_only_at_own_stores(opened: OpenShop) -> None:
    mine, theirs = await opened(), await opened()
    wrong = [
        at(mine, mine.hub, "staff.manage"),
        at(mine, mine.hub),
        at(theirs, theirs.hub),
        at(mine, mine.outlet, "settings.manage", "loyalty.fly"),
    ]
    with refused("validation_failed", 422) as said:
        await invite(mine.claire, new_email(), stores=wrong)
    assert [(error["pointer"], error["code"]) for error in said[0]["errors"]] == [
        ("/stores/0/permissions/0", "not_given"),
        ("/stores/1/store_id", "duplicate"),
        ("/stores/2/store_id", "not_found"),
        ("/stores/3/permissions/0", "not_given"),
        ("/stores/3/permissions/1", "not_given"),
    ]
    with refused("validation_failed", 422):
        await invite(mine.claire, "nobody@-")


async def test_staff_invite_nobody(shop: Shop) -> None:
    with refused("forbidden", 403):
        await invite(shop.anna, new_email())
    with refused("forbidden", 403):
        await shop.anna.get("/merchant/invitations")


async def test_somebody_new_needs_a_name(shop: Shop, services: Services, anonymous: AnonymousCaller) -> None:
    email = new_email()
    await invite(shop.claire, email)
    with refused("name_required", 422):
        await accept(anonymous, await mailed_token(services, email), name=None)


async def test_two_invitations_accepted_at_once_make_one_account(
    opened: OpenShop, services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    email, tokens = new_email(), []
    for shop in (await opened(), await opened()):
        await invite(shop.claire, email)
        tokens.append(await mailed_token(services, email))
    outcomes = await asyncio.gather(*(outcome(accept(anonymous, token)) for token in tokens))
    # The one that comes second finds the account, whose password is the one that was chosen.
    assert "booked" in outcomes
    assert set(outcomes) <= {"booked", "password_wrong"}
    assert await superuser.fetchval("SELECT count(*) FROM users WHERE email = $1", email) == 1


async def test_each_step_is_audited_without_an_address(
    shop: Shop, services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    email = new_email()
    sent = await invite(shop.claire, email, stores=[at(shop, shop.hub)])
    await shop.claire.post(f"/merchant/invitations/{sent['id']}/resend")
    await accept(anonymous, await mailed_token(services, email))
    gone = await invite(shop.claire, new_email())
    await shop.claire.ask("DELETE", f"/merchant/invitations/{gone['id']}")
    rows = await superuser.fetch(
        "SELECT action, user_name, before || after AS fields FROM audit_entries WHERE merchant_id = $1 ORDER BY id",
        shop.merchant_id,
    )
    assert [(row["action"], row["user_name"]) for row in rows] == [
        ("invitation.sent", "Claire"),
        ("invitation.resent", "Claire"),
        ("member.joined", "Léa Thoma"),
        ("invitation.sent", "Claire"),
        ("invitation.withdrawn", "Claire"),
    ]
    assert not any("@" in str(row["fields"]) for row in rows)


@pytest.mark.parametrize("token", ["x", "é" * 20, "a" * 100])
async def test_a_link_that_nobody_sent_is_no_invitation(anonymous: AnonymousCaller, token: str) -> None:
    with refused("invitation_not_found", 404):
        await look_at(anonymous, token)


async def opened_by(shop: Shop) -> list[Json]:
    invitations: list[Json] = (await shop.claire.get("/merchant/invitations"))["invitations"]
    return invitations


async def test_a_customer_who_joins_is_listed(shop: Shop, services: Services, anonymous: AnonymousCaller) -> None:
    user_id, lea = await join(services, anonymous, shop.claire, stores=[at(shop, shop.hub)])
    assert (await lea.program())["store"]["code"] == shop.hub
    listed = {row["id"]: row for row in (await shop.claire.get("/merchant/staff"))["data"]}
    assert listed[user_id]["last_sign_in_at"] is not None


async def test_nobody_fills_a_mailbox_with_invitations(shop: Shop, opened: OpenShop) -> None:
    """Otherwise the links and codes that its owner asks for would find no room that day."""
    email, elsewhere = new_email(), await opened()
    sent = await invite(shop.claire, email)
    again = f"/merchant/invitations/{sent['id']}/resend"
    assert [await outcome(shop.claire.post(again)) for _ in range(5)] == ["booked"] * 4 + ["rate_limited"]
    await shop.claire.ask("DELETE", f"/merchant/invitations/{sent['id']}")
    for owner in (shop.claire, elsewhere.claire):
        with refused("rate_limited", 429):
            await invite(owner, email.replace("@", "+x@"))
    await invite(shop.claire, new_email())
    clock.move(timedelta(hours=1))
    await invite(elsewhere.claire, email)
