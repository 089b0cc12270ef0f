"""`orion status`: one screen for somebody who was called at night."""

import json

from backend.core.settings import Settings
from tests.cli.conftest import Orion


async def test_one_screen_says_what_fails_and_what_to_type(orion: Orion, fresh_settings: Settings) -> None:
    there = {"database_url": fresh_settings.database_url}
    result = await orion("status", **there)
    assert result.exit_code == 1
    lines = [line for line in result.output.splitlines() if line and line[0] != " "]
    assert lines == ["running", "behind", "failing", "last runs"]
    assert "→ Start it, and read the end of its log: docker compose up --detach worker with Compose" in result.output
    assert len(result.output.splitlines()) < 50
    facts = json.loads((await orion("status", "--json", **there)).stdout)
    assert facts["is_failing"] is True
    assert {"workers", "backends"} <= {row["name"] for row in facts["failing"]}
    assert next(row for row in facts["behind"] if row["name"] == "outbox")["state"] in {"ok", "blocks", "warning"}
