"""A merchant for trying out, which counts nowhere."""

from tests.merchants.administration import MerchantAdmin
from tests.world import PASSWORD
from tests.world.caller import refused
from tests.world.keys import connect
from tests.world.shop import Shop


async def test_a_merchant_for_trying_out_says_so_and_has_keys_of_its_kind(paul: MerchantAdmin, shop: Shop) -> None:
    live = await connect(shop)
    changed = await paul.change(await paul.merchant(shop.code), is_test=True)
    assert changed["is_test"] is True
    assert (await shop.claire.get("/auth/me"))["merchant"]["is_test"] is True
    with refused("api_key_revoked", 401):
        await live.get("/api-key")
    await shop.claire.confirm_person(PASSWORD)
    draft = {"name": "Web shop", "permissions": ["loyalty.view_programs"]}
    assert (await shop.claire.post("/merchant/api-keys", draft))["secret"].startswith("ok_test_")
    assert (await paul.change(changed, is_test=False))["is_test"] is False


async def test_it_is_decided_before_the_first_transaction(paul: MerchantAdmin, shop: Shop) -> None:
    await shop.a_card()
    merchant = await paul.merchant(shop.code)
    with refused("merchant_has_booked", 409):
        await paul.change(merchant, is_test=True)
    assert (await paul.change(merchant, is_test=False, name="Fashion House"))["name"] == "Fashion House"
