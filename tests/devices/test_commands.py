"""What the office asks a tablet to do: show a message, delete everything."""

from uuid import uuid4

from tests.world.caller import Json, refused
from tests.world.devices import a_tablet, add_device, make_code, revoke, the_device
from tests.world.shop import Shop

TEXT = "Please bring the tablet to the office."


async def ask(shop: Shop, device_id: object, what: str, body: Json | None = None) -> Json:
    return await shop.claire.post(f"/merchant/devices/{device_id}/{what}", body)


async def test_a_message_comes_until_somebody_has_confirmed_it(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    sent = await ask(shop, tablet.state.device_id, "message", {"text": TEXT})
    assert (sent["message"], sent["message_read_at"]) == (TEXT, None)
    (command,) = (await tablet.heartbeat())["commands"]
    assert (command["command"], command["text"]) == ("message", TEXT)
    assert (await tablet.heartbeat())["commands"] == [command], "the answer may have got lost"
    version = (await the_device(shop, tablet))["version"]
    assert (await tablet.heartbeat(followed=[command["id"]]))["commands"] == []
    seen = await the_device(shop, tablet)
    assert seen["message_read_at"] is not None
    assert seen["version"] == version, "no change by a person"
    assert await tablet.commands() == []


async def test_a_newer_message_takes_the_place_of_an_unread_one(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    await ask(shop, tablet.state.device_id, "message", {"text": TEXT})
    (former,) = (await tablet.heartbeat())["commands"]
    await ask(shop, tablet.state.device_id, "message", {"text": "Never mind."})
    (newer,) = (await tablet.heartbeat(followed=[former["id"]]))["commands"]
    assert newer["text"] == "Never mind."
    for wrong in ("", "two\nlines", "x" * 201):
        with refused("validation_failed", 422):
            await ask(shop, tablet.state.device_id, "message", {"text": wrong})


async def test_a_tablet_that_was_emptied_waits_to_be_paired(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    device_id = tablet.state.device_id
    asked = await ask(shop, device_id, "wipe")
    assert await ask(shop, device_id, "wipe") == asked, "asked for twice is asked for once"
    (command,) = (await tablet.heartbeat())["commands"]
    assert command["command"] == "wipe"
    await tablet.program()  # It hands in its queue first.
    answer = await tablet.heartbeat(followed=[str(uuid4()), command["id"]])
    assert answer["commands"] == []
    for call in (tablet.program(), tablet.roll(), tablet.heartbeat()):
        with refused("device_token_expired", 401):
            await call
    seen = await the_device(shop, tablet)
    assert (seen["state"], seen["wipe_requested_at"]) == ("created", None)
    await tablet.scan((await make_code(shop.claire, str(device_id)))["qr_payload"])
    assert await tablet.commands() == []


async def test_the_owner_may_think_better_of_it(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    path = f"/merchant/devices/{tablet.state.device_id}/wipe"
    await ask(shop, tablet.state.device_id, "wipe")
    (command,) = (await tablet.heartbeat())["commands"]
    assert (await shop.claire.ask("DELETE", path))["wipe_requested_at"] is None
    await tablet.heartbeat(followed=[command["id"]])
    assert (await the_device(shop, tablet))["state"] == "paired", "that wish is no more"


async def test_only_a_tablet_in_use_is_asked(shop: Shop) -> None:
    new, gone = await add_device(shop.claire, shop.hub), await a_tablet(shop)
    await revoke(shop, gone)
    for device_id in (new["id"], gone.state.device_id):
        for what, body in (("message", {"text": TEXT}), ("wipe", None)):
            with refused("device_state_refused", 409):
                await ask(shop, device_id, what, body)
