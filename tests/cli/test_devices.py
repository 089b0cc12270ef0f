"""An operator revokes a stolen tablet for an owner who calls, as the runbook says."""

import re
import shlex
from pathlib import Path

import msgspec
import pytest

from backend.core.settings import Settings
from backend.devices.simulator.acceptance import STEPS
from tests.cli.conftest import Orion
from tests.world.caller import refused
from tests.world.devices import a_tablet, add_device, make_code
from tests.world.ports import own_port
from tests.world.process import a_backend
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
    assert "3 waiting     0 to review" in listed
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


@pytest.mark.slow
async def test_a_tablet_is_simulated_and_every_step_is_told(
    orion: Orion, shop: Shop, settings: Settings, forks: str
) -> None:
    """Against an Orion that is reached over HTTP only."""
    code = (await make_code(shop.claire, await add_device(shop.claire, shop.hub)))["code"]
    with a_backend(settings, forks) as backend:
        await backend.until_ready()
        simulated = await orion("devices", "simulate", "--address", backend.address, "--code", code)
        again = await orion("devices", "simulate", "--address", backend.address, "--code", code, "--json")
    assert simulated.exit_code == 0, simulated.output
    lines = simulated.output.splitlines()
    assert [line[:7].strip() for line in lines] == ["ok"] * len(STEPS)
    assert shop.hub in lines[0]
    (failed,) = msgspec.json.decode(again.output)
    assert (again.exit_code, failed["is_ok"], failed["detail"]) == (1, False, "answered 409 pairing_code_used")


async def test_where_nobody_answers_the_first_step_fails(orion: Orion) -> None:
    result = await orion("devices", "simulate", "--address", f"http://127.0.0.1:{own_port()}", "--code", "7K3M-9QXA")
    assert (result.exit_code, result.output.strip()) == (1, "failed  Pairs with the code: no answer: ConnectError")
