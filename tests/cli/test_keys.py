"""An operator stops a key that has leaked, when no owner can be reached."""

from tests.cli.conftest import Orion
from tests.world.caller import refused
from tests.world.keys import connect
from tests.world.shop import Shop


async def test_a_leaked_secret_is_revoked_by_the_secret_itself(orion: Orion, shop: Shop) -> None:
    web, other = await connect(shop), await connect(shop, name="Till")
    assert web.token is not None
    done = await orion("keys", "revoke", web.token)
    assert (done.exit_code, done.output) == (0, f"Revoked: {web.token[:14]}… (Web shop).\n")
    with refused("api_key_revoked", 401):
        await web.get("/api-key")
    await other.get("/api-key")
    newest = (await shop.claire.get("/merchant/audit", params={"action": "api_key.revoked"}))["data"][0]
    assert (newest["subject"], newest["user_id"]) == (str(web.key_id), None)
    assert newest["user_name"].endswith("at the command line")


async def test_a_key_is_found_by_its_merchant_and_revoked_by_its_letters(orion: Orion, shop: Shop) -> None:
    web = await connect(shop)
    assert web.token is not None
    listed = await orion("keys", "list", "--merchant", shop.code)
    assert listed.output.split()[:4] == [web.token[:14], "active", "never", "used"]
    assert (await orion("keys", "revoke", web.token[:14], "--merchant", shop.code)).exit_code == 0
    with refused("api_key_revoked", 401):
        await web.get("/api-key")


async def test_what_no_key_is_cannot_be_revoked(orion: Orion, shop: Shop) -> None:
    for words in (["ok_live_abcdef"], ["ok_live_abcdef", "--merchant", shop.code]):
        result = await orion("keys", "revoke", *words)
        assert (result.exit_code, "There is no such key." in result.output) == (1, True)
