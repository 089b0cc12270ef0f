"""An operator revokes a stolen tablet for an owner who calls, as the runbook says."""

import re
import shlex
from pathlib import Path

import msgspec

from tests.cli.conftest import Orion
from tests.world.caller import refused
from tests.world.devices import a_tablet
from tests.world.shop import Shop

PAGE = Path(__file__).parents[2] / "docs" / "runbooks" / "tablets.md"
COMMAND = re.compile(r"^docker compose exec -T backend orion (.*)$", re.MULTILINE)


async def test_the_runbook_of_a_stolen_tablet_is_true(orion: Orion, shop: Shop) -> None:
    tablet = await a_tablet(shop)
    await tablet.heartbeat(pending_count=3)
    values = {"$MERCHANT": shop.code, "$DEVICE": tablet.state.device_id}
    outputs = []
    for command in COMMAND.findall(PAGE.read_text("utf-8")):
        words = [values.get(word, word) for word in shlex.split(command)]
        result = await orion(*words)
        assert result.exit_code == 0, result.output
        outputs.append(result.output)
    listed, revoked = outputs
    assert tablet.state.device_id in listed
    assert "3 waiting" in listed
    assert revoked.startswith("Counter left is revoked.")
    with refused("TERMINAL_DEVICE_REVOKED", 401) as said:
        await tablet.program()
    assert said[0]["wipe"] is True
    (entry,) = (await shop.claire.get("/merchant/audit", params={"action": "device.revoked"}))["data"]
    assert (entry["user_id"], entry["reason"]) == (None, "Stolen")
    assert entry["user_name"].endswith("at the command line")


async def test_tablets_are_listed_for_programs_too(orion: Orion, shop: Shop) -> None:
    tablet = await a_tablet(shop)
    (row,) = msgspec.json.decode((await orion("devices", "list", "--merchant", shop.code, "--json")).output)
    assert (row["id"], row["state"]) == (tablet.state.device_id, "paired")


async def test_an_unknown_tablet_or_an_empty_reason_is_refused_in_one_sentence(orion: Orion, shop: Shop) -> None:
    unknown = "0198c0de-0000-7000-8000-000000000001"
    missing = await orion("devices", "revoke", unknown, "--merchant", shop.code, "--reason", "Stolen")
    assert (missing.exit_code, missing.output.strip()) == (1, "Device not found, or you don’t have access")
    empty = await orion("devices", "revoke", unknown, "--merchant", shop.code, "--reason", " ")
    assert empty.exit_code == 2
