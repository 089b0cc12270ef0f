"""An administrator opens a merchant, and the owner works at the till without anybody touching a shell."""

import asyncio
import json
from uuid import uuid4

import asyncpg
import pytest

from backend.services import Services
from tests.merchants.administration import MerchantAdmin
from tests.world import PASSWORD, PAUL
from tests.world.caller import Json, outcome, refused
from tests.world.invitations import accept, look_at, mailed_token
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller, Till

STRONG = "a long enough password of its own 8"


async def owner_of(anonymous: AnonymousCaller, services: Services, merchant: Json) -> Till:
    """Accepts the invitation and signs in."""
    (invitation,) = merchant["invitations"]
    token = await mailed_token(services, invitation["email"])
    assert (await look_at(anonymous, token))["merchant_name"] == merchant["name"]
    accepted = await accept(anonymous, token, password=STRONG)
    signed_in = await anonymous.sign_in(accepted["email"], STRONG)
    return Till(anonymous.http, anonymous._promises, signed_in["token"])


async def test_a_new_merchant_has_store_policy_program_and_an_invited_owner(paul: MerchantAdmin) -> None:
    merchant = await paul.open_merchant()
    (store,) = merchant["stores"]
    assert (store["name"], store["timezone"], store["is_live"]) == ("Thill Gare", "Europe/Luxembourg", True)
    assert merchant["program"] == {"type": "hybrid", "name": "Bäckerei Thill", "is_active": True}
    assert merchant["policy"]["staff_pin_policy"] == "optional"
    (invitation,) = merchant["invitations"]
    assert (invitation["role"], invitation["invited_by"]) == ("merchant_owner", PAUL.name)
    assert merchant["members"] == []


@pytest.mark.parametrize("kind", ["stamps", "points", "hybrid"])
async def test_the_owner_accepts_and_records_the_first_visit(
    paul: MerchantAdmin, anonymous: AnonymousCaller, services: Services, kind: str
) -> None:
    owner = await owner_of(anonymous, services, await paul.open_merchant(program=kind))
    card = await owner.enroll(email=f"{uuid4().hex}@example.com")
    if kind == "points":
        booked = await owner.earn(card, cents=1200)
        assert booked["card"]["points_balance"] == 12
    else:
        booked = await owner.stamp(card)
        assert booked["card"]["stamp_count"] == 1
    program = await owner.reading("de").program()
    assert len(program["rewards"]) == (0 if kind == "stamps" else 1)


async def test_terms_are_in_the_merchants_language_and_the_page_to_join_is_open(
    paul: MerchantAdmin, anonymous: AnonymousCaller
) -> None:
    merchant = await paul.open_merchant()
    page = await anonymous.reading("de").get(f"/storefront/loyalty/{merchant['stores'][0]['code']}/program")
    assert "Punkt" in page["terms_text"]


async def test_a_store_is_not_live_before_its_switch(paul: MerchantAdmin, anonymous: AnonymousCaller) -> None:
    tag = uuid4().hex[:8]
    store = {"name": "Thill Gare", "code": f"THILL{tag}".upper()}
    merchant = await paul.open_merchant(tag, store=store)
    assert merchant["stores"][0]["is_live"] is False
    with refused("feature_disabled", 403):
        await anonymous.get(f"/storefront/loyalty/{store['code']}/program")
    (listed,) = (await paul.merchants(tag))["data"]
    assert (listed["state"], listed["stores"], listed["live_stores"]) == ("not_live", 1, 0)


async def test_codes_that_are_taken_are_refused(paul: MerchantAdmin) -> None:
    tag = uuid4().hex[:8]
    await paul.open_merchant(tag)
    with refused("merchant_code_taken", 409):
        await paul.open_merchant(code=f"thill-{tag}")
    with refused("store_code_taken", 409):
        await paul.open_merchant(store={"name": "X", "code": f"THILL{tag}".upper()})
    other = await paul.open_merchant()
    with refused("store_code_taken", 409):
        await paul.open_store(other["code"], f"THILL{tag}".upper())


async def test_pressed_twice_at_once_opens_one(paul: MerchantAdmin) -> None:
    tag = uuid4().hex[:8]
    outcomes = await asyncio.gather(*(outcome(paul.open_merchant(tag)) for _ in range(3)))
    assert sorted(outcomes) == ["booked", "merchant_code_taken", "merchant_code_taken"] or set(outcomes) == {
        "booked",
        "merchant_code_taken",
        "store_code_taken",
    }


async def test_a_store_opened_several_times_at_once_is_opened_once(paul: MerchantAdmin) -> None:
    merchant, code = await paul.open_merchant(), f"THILL{uuid4().hex[:8]}".upper()
    said = await asyncio.gather(*(outcome(paul.open_store(merchant["code"], code)) for _ in range(5)))
    assert sorted(said) == ["booked"] + ["store_code_taken"] * 4


async def test_an_administrator_of_the_platform_owns_no_merchant(paul: MerchantAdmin) -> None:
    with refused("works_for_platform", 409):
        await paul.open_merchant(owner={"email": PAUL.email})


async def test_somebody_with_an_account_may_own_another_merchant(
    paul: MerchantAdmin, anonymous: AnonymousCaller, services: Services, shop: Shop
) -> None:
    merchant = await paul.open_merchant(owner={"email": shop.emails["anna"]})
    await accept(anonymous, await mailed_token(services, shop.emails["anna"]), password=PASSWORD)
    (member,) = (await paul.merchant(merchant["code"]))["members"]
    assert (member["name"], member["role"]) == ("Anna", "merchant_owner")


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "With Blanks"},
        {"name": " "},
        {"timezone": "Europe/Atlantis"},
        {"language": "tlh"},
        {"contact_email": "nobody"},
        {"store": {"name": "X", "code": "x"}},
        {"store": {"name": "X", "code": "XY", "timezone": "Mars"}},
        {"owner": {"email": "nobody"}},
        {"program": "lottery"},
    ],
)
async def test_what_is_wrong_is_refused_and_nothing_is_opened(
    paul: MerchantAdmin, superuser: asyncpg.Connection, wrong: Json
) -> None:
    before = await superuser.fetchval("SELECT count(*) FROM merchants")
    with refused("validation_failed", 422):
        await paul.open_merchant(**wrong)
    assert await superuser.fetchval("SELECT count(*) FROM merchants") == before


async def test_the_merchants_chain_begins_with_its_opening(paul: MerchantAdmin, superuser: asyncpg.Connection) -> None:
    merchant = await paul.open_merchant()
    entries = await superuser.fetch(
        "SELECT e.* FROM audit_entries e JOIN merchants m ON m.id = e.merchant_id WHERE m.code = $1 ORDER BY e.seq",
        merchant["code"],
    )
    assert [entry["action"] for entry in entries] == [
        "invitation.sent",
        "merchant.opened",
        "store.opened",
        "feature.switched",
        "program.created",
    ]
    assert {(entry["user_name"], entry["on_behalf"]) for entry in entries} == {(PAUL.name, True)}
    assert json.loads(entries[4]["after"]) == {"type": "hybrid"}


async def test_a_merchant_gets_one_program(paul: MerchantAdmin) -> None:
    merchant = await paul.open_merchant(program=None)
    assert merchant["program"] is None
    path = f"/admin/merchants/{merchant['code']}/program"
    assert (await paul.post(path, {"type": "points"}))["type"] == "points"
    with refused("program_exists", 409):
        await paul.post(path, {"type": "stamps"})
