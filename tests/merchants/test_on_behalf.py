"""An administrator acts for a merchant: with a reason, for half an hour at most, and never unseen."""

from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from backend.core.clock import clock
from tests.audit.operations import ENTRIES, Scene
from tests.conftest import OpenShop, SignIn
from tests.merchants.administration import MerchantAdmin
from tests.world import ADA, PAUL
from tests.world.caller import Promises, refused
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import Till

REASON = "Ticket 4711: prices of rewards"
KEPT = {
    "exportAuditEntries",
    "inviteMember",
    "resendInvitation",
    "withdrawInvitation",
    "changeMember",
    "removeMember",
    "listMembers",
    "getMember",
    "listInvitations",
    *("createApiKey", "changeApiKey", "rotateApiKey", "revokeApiKey"),
    *("createWebhookEndpoint", "changeWebhookEndpoint", "deleteWebhookEndpoint", "rotateWebhookSecret"),
    *("endFormerWebhookSecret", "sendTestWebhook", "replayWebhookDelivery", "replayFailedWebhooks"),
}
"""What stays with the merchant's owner though an owner's office has it."""


async def begin(paul: MerchantAdmin, shop: Shop, reason: str = REASON) -> Till:
    return await paul.begin_on_behalf(shop, reason)


async def test_an_administrator_who_acts_for_a_merchant_is_still_themself(paul: MerchantAdmin, shop: Shop) -> None:
    me = await (await begin(paul, shop)).me()
    assert (me["name"], me["merchant"]["code"], me["role"]) == (PAUL.name, shop.code, "merchant_owner")
    assert me["on_behalf"]["reason"] == REASON
    assert "staff.manage" not in me["permissions"]
    assert (await shop.claire.me())["on_behalf"] is None


async def test_a_change_names_both_and_the_reason_in_the_merchants_own_audit(paul: MerchantAdmin, shop: Shop) -> None:
    acting = await begin(paul, shop)
    reward = await Office.of(acting).add_reward()
    await acting.ask("DELETE", "/merchant/on-behalf")
    entries = (await shop.claire.get("/merchant/audit"))["data"]
    assert [(entry["action"], entry["user_name"], entry["on_behalf"], entry["reason"]) for entry in entries] == [
        ("on_behalf.ended", PAUL.name, True, REASON),
        ("reward.created", PAUL.name, True, REASON),
        ("on_behalf.begun", PAUL.name, True, REASON),
    ]
    assert entries[1]["subject"] == reward["id"]


async def test_a_transaction_names_the_administrator(
    paul: MerchantAdmin, shop: Shop, superuser: asyncpg.Connection
) -> None:
    card = await shop.a_card(points=20)
    await Office.of(await begin(paul, shop)).adjust(card, 5, "Goodwill")
    line = (await shop.claire.history(card))["data"][0]
    assert (line["user"], line["on_behalf"]) == (None, PAUL.name)


@pytest.mark.parametrize("reason", ["", "  ", "no", "x" * 201])
async def test_nobody_acts_without_a_reason(paul: MerchantAdmin, shop: Shop, reason: str) -> None:
    with refused("validation_failed", 422):
        await begin(paul, shop, reason)


async def test_half_an_hour_is_the_end_however_busy_one_is(paul: MerchantAdmin, shop: Shop) -> None:
    acting = await begin(paul, shop)
    for _ in range(2):
        clock.move(timedelta(minutes=14))
        await acting.get("/merchant/loyalty/rewards")
    clock.move(timedelta(minutes=2))
    with refused("session_expired", 401):
        await acting.get("/merchant/loyalty/rewards")
    assert (await paul.get("/auth/me"))["name"] == PAUL.name


async def test_what_was_ended_opens_nothing(paul: MerchantAdmin, shop: Shop) -> None:
    acting = await begin(paul, shop)
    await acting.ask("DELETE", "/merchant/on-behalf")
    with refused("unauthenticated", 401):
        await acting.me()


async def test_it_ends_with_the_session_that_began_it(paul: MerchantAdmin, shop: Shop) -> None:
    acting = await begin(paul, shop)
    await paul.post("/auth/sign-out")
    with refused("unauthenticated", 401):
        await acting.me()


async def test_a_demoted_administrator_acts_for_nobody(
    paul: MerchantAdmin, shop: Shop, superuser: asyncpg.Connection
) -> None:
    acting = await begin(paul, shop)
    await superuser.execute("UPDATE users SET is_active = false WHERE email = $1", PAUL.email)
    try:
        with refused("unauthenticated", 401):
            await acting.me()
    finally:
        await superuser.execute("UPDATE users SET is_active = true WHERE email = $1", PAUL.email)


async def test_only_administrators_begin_and_only_who_acts_ends(shop: Shop, opened: OpenShop) -> None:
    other = await opened()
    for code in (shop.code, other.code):
        with refused("forbidden", 403):
            await shop.claire.post(f"/admin/merchants/{code}/on-behalf", {"reason": REASON})
    with refused("forbidden", 403):
        await shop.claire.ask("DELETE", "/merchant/on-behalf")


async def test_another_merchants_things_do_not_exist(paul: MerchantAdmin, shop: Shop, opened: OpenShop) -> None:
    theirs = await (await opened()).a_card()
    with refused("card_not_found", 404):
        await Office.of(await begin(paul, shop)).show(theirs)


async def test_the_till_and_the_persons_own_account_stay_with_their_people(paul: MerchantAdmin, shop: Shop) -> None:
    acting = await begin(paul, shop)
    with refused("stays_with_owner", 403):
        await acting.at(shop.hub).program()
    with refused("stays_with_owner", 403):
        await acting.post("/auth/merchant", {"merchant": shop.code})
    with refused("stays_with_owner", 403):
        await acting.get("/merchant/audit/export")
    kept = ("/merchant/staff", "/merchant/api-keys", "/merchant/webhooks/endpoints")
    for method, path in (*(("GET", path) for path in kept), ("POST", "/merchant/invitations")):
        with refused("stays_with_owner", 403):
            await acting.ask(method, path, **({"json": {}} if method == "POST" else {}))


OF_MERCHANT = [
    "adjustPointsAsOwner", "deactivateCard", "reactivateCard", "mergeCards", "reverseMerge", "changeCards",
    "setFraudLimits", "uploadPicture", "createReward", "changeReward", "moveReward", "archiveReward", "restoreReward",
    "changeMarketingPlan", "changePolicy", "changeOwnEmailTemplate", "resetOwnEmailTemplate", "restoreOwnEmailTemplate",
    "createDevice", "changeDevice", "makePairingCode", "revokeDevice", "resumeDevice", "decideReview",
    "setOfflineRules", "sendDeviceMessage", "requestDeviceWipe", "withdrawDeviceWipe", "markTestCustomer",
]  # fmt: skip


def test_every_operation_of_the_office_that_writes_an_entry_is_tried_on_behalf(promises: Promises) -> None:
    office = {operation["operationId"] for _, path, operation in promises.operations if "/merchant/" in path}
    assert office & ENTRIES.keys() - KEPT - {"endOnBehalf"} == set(OF_MERCHANT)


@pytest.mark.parametrize("operation", OF_MERCHANT)
async def test_every_change_on_behalf_names_both(
    sign_in: SignIn, shop: Shop, superuser: asyncpg.Connection, operation: str
) -> None:
    ada = await sign_in(ADA)
    desk = MerchantAdmin(ada.http, ada._promises, ada.token)
    acting = await begin(desk, shop)
    await ENTRIES[operation][1](Scene(replace(shop, claire=acting), ada))
    entries = await superuser.fetch(
        "SELECT * FROM audit_entries WHERE merchant_id = $1 AND action = $2", shop.merchant_id, ENTRIES[operation][0]
    )
    assert entries
    for entry in entries:
        assert (entry["user_name"], entry["on_behalf"]) == (ADA.name, True)
        assert entry["reason"]
