"""The rules for tills: an administrator changes them, the merchant reads them."""

import json

import asyncpg
import pytest

from tests.merchants.administration import MerchantAdmin
from tests.world import PAUL
from tests.world.caller import Json, refused
from tests.world.shop import Shop

OWN = "/merchant/policy"


async def test_a_merchant_begins_with_the_platforms_rules(paul: MerchantAdmin, shop: Shop) -> None:
    policy = await paul.policy(shop)
    assert (policy["staff_pin_policy"], policy["lockout_attempts"], policy["lockout_minutes"]) == ("optional", 5, 30)
    assert (policy["version"], policy["changed_by"]) == (1, None)


async def test_a_rule_holds_from_the_next_request_of_a_till(paul: MerchantAdmin, shop: Shop) -> None:
    sale = await shop.anna.earn(await shop.a_card(), cents=500)
    changed = await paul.set_policy(shop, allow_void_transactions=False, lockout_attempts=3)
    assert (changed["lockout_attempts"], changed["version"], changed["changed_by"]) == (3, 2, PAUL.name)
    with refused("void_not_allowed", 403):
        await shop.anna.void(sale["transaction"]["id"])


async def test_the_same_rules_again_are_no_change(
    paul: MerchantAdmin, shop: Shop, superuser: asyncpg.Connection
) -> None:
    before = await paul.policy(shop)
    assert await paul.set_policy(shop) == before
    assert await superuser.fetchval("SELECT count(*) FROM audit_entries WHERE merchant_id = $1", shop.merchant_id) == 0


async def test_a_change_is_an_entry_with_what_was_before(
    paul: MerchantAdmin, shop: Shop, superuser: asyncpg.Connection
) -> None:
    await paul.set_policy(shop, staff_pin_policy="required")
    entry = await superuser.fetchrow("SELECT * FROM audit_entries WHERE merchant_id = $1", shop.merchant_id)
    assert (entry["action"], entry["user_name"], entry["on_behalf"]) == ("policy.changed", PAUL.name, True)
    assert json.loads(entry["before"]) == {"staff_pin_policy": "optional"}
    assert json.loads(entry["after"]) == {"staff_pin_policy": "required"}


async def test_a_person_who_has_not_seen_a_colleagues_change_is_told_of_it(paul: MerchantAdmin, shop: Shop) -> None:
    seen = await paul.policy(shop)
    await paul.set_policy(shop, log_ip_addresses=True)
    with refused("stale", 412) as said:
        await paul.set_policy(shop, seen=seen, lockout_minutes=60)
    assert said[0]["changed_by"] == PAUL.name
    with refused("precondition_required", 428):
        await paul.ask("PUT", f"/admin/merchants/{shop.code}/policy", json=_rules(seen))


@pytest.mark.parametrize(
    "wrong", [{"lockout_attempts": 0}, {"lockout_minutes": 1441}, {"staff_pin_policy": "sometimes"}, {"extra": 1}]
)
async def test_impossible_rules_are_refused(paul: MerchantAdmin, shop: Shop, wrong: Json) -> None:
    with refused("validation_failed", 422):
        await paul.set_policy(shop, **wrong)


async def test_the_owner_reads_them_and_leaves_them_to_the_platform(paul: MerchantAdmin, shop: Shop) -> None:
    assert await shop.claire.get(OWN) == await paul.policy(shop)
    with refused("validation_failed", 422):
        await shop.claire.ask("PATCH", OWN, json={"lockout_attempts": 20}, headers={"if-match": "*"})
    with refused("forbidden", 403):
        await shop.anna.get(OWN)
    with refused("forbidden", 403):
        await shop.claire.ask("PUT", f"/admin/merchants/{shop.code}/policy", json={})


async def test_the_merchant_sets_after_how_long_its_tills_lock(
    paul: MerchantAdmin, shop: Shop, superuser: asyncpg.Connection
) -> None:
    seen = await shop.claire.get(OWN)
    changed = await shop.claire.ask("PATCH", OWN, json={"lock_after_minutes": 10}, headers={"if-match": '"1"'})
    assert changed == seen | {
        "lock_after_minutes": 10,
        "version": 2,
        "changed_at": changed["changed_at"],
        "changed_by": changed["changed_by"],
    }
    assert (await shop.anna.get("/store/loyalty/till"))["program"]["policy"]["lock_after_minutes"] == 10
    entry = await superuser.fetchrow("SELECT * FROM audit_entries WHERE merchant_id = $1", shop.merchant_id)
    assert (entry["action"], entry["user_id"], entry["on_behalf"]) == ("policy.changed", shop.user_ids["claire"], False)
    with refused("stale", 412) as said:
        await paul.set_policy(shop, seen=seen, lock_after_minutes=0)
    assert said[0]["changed_by"] == entry["user_name"]


@pytest.mark.parametrize("wrong", [{"lock_after_minutes": 241}, {"lock_after_minutes": -1}, {}])
async def test_a_till_locks_within_four_hours_or_never(shop: Shop, wrong: dict[str, int]) -> None:
    with refused("validation_failed", 422):
        await shop.claire.ask("PATCH", OWN, json=wrong, headers={"if-match": "*"})


async def test_staff_without_the_program_set_nothing(shop: Shop) -> None:
    with refused("forbidden", 403):
        await shop.anna.ask("PATCH", OWN, json={"lock_after_minutes": 0}, headers={"if-match": "*"})


async def test_nobody_has_no_rules(paul: MerchantAdmin) -> None:
    with refused("merchant_not_found", 404):
        await paul.get("/admin/merchants/nobody/policy")


def _rules(seen: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in seen.items() if name not in {"version", "changed_at", "changed_by"}}
