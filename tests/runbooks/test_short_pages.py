"""The short runbooks are true: every command on them runs, by bash, on one installation."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import pytest

from backend.cli.output import PARTLY_DONE
from backend.core.settings import Settings
from tests.conftest import Servers
from tests.runbooks.machine import PROJECT
from tests.world import PASSWORD
from tests.world.patience import PATIENCE_SECONDS
from tests.world.process import Backend, a_backend

pytestmark = pytest.mark.slow

PAGES = PROJECT / "docs" / "runbooks"
SHIM = """
import os, sys

sys.path.insert(0, os.environ["PYTHONPATH"])
from tests.forks import Fork

wanted = sys.argv[1:]
if wanted[:5] in (["compose", "exec", "-T", "backend", "orion"], ["compose", "run", "--rm", "migrate", "orion"]):
    sys.exit(Fork(os.environ["FORKS"], ["backend.cli", *wanted[5:]], os.environ).wait())
print(" ".join(wanted))
"""
"""Of what the containers' own names do, the test has only `orion`."""
MERCHANT = "fashion-group"
EXPIRED = """
UPDATE lots SET expires_at = now() - interval '1 hour'
WHERE card_id = (SELECT card_id FROM lots l JOIN merchants m ON m.id = l.merchant_id
                 WHERE m.code = $1 AND l.remaining >= 5 LIMIT 1)
RETURNING card_id
"""
FAILED_RUN = "SELECT id FROM task_runs WHERE name = 'expire_points' AND failures ? $1"
COUNTED = """
INSERT INTO customer_counts (merchant_id, active_cards, at_risk_cards, new_cards, live_since, counted_at)
SELECT id, 120, 38, 3, now() - interval '90 days', now() FROM merchants WHERE code = $1
"""
PARKED = """
INSERT INTO outbox (id, merchant_id, event_name, available_at, attempts, last_error, dead_at)
SELECT id, merchant_id, name, now(), 12, 'sync_wallets: TimeoutError', now()
FROM events WHERE name = 'points_expired' LIMIT 1
ON CONFLICT (id) DO UPDATE SET attempts = 12, last_error = excluded.last_error, dead_at = now()
"""


@dataclass
class Operator:
    environment: dict[str, str]
    backend: Backend
    superuser: asyncpg.Connection

    @property
    def orion(self) -> Path:
        return Path(self.environment["HOME"]) / "apps" / "orion"

    async def follow(self, page: str, section: str) -> str:
        """What all commands of the section said. Fails when one of them does."""
        sections = re.split(r"^## (?:\d\. )?(.+)$", (PAGES / page).read_text("utf-8"), flags=re.MULTILINE)[1:]
        body = dict(zip(sections[::2], sections[1::2], strict=True))[section]
        commands = "".join(re.findall(r"^```sh\n(.*?)^```", body, flags=re.DOTALL | re.MULTILINE))
        assert commands
        process = await asyncio.create_subprocess_exec(
            "bash", "-euo", "pipefail", "-c", commands,
            env=self.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        assert process.returncode == 0, said.decode()
        return said.decode()


@pytest.fixture
async def operator(fresh_settings: Settings, servers: Servers, forks: str, tmp_path: Path) -> AsyncIterator[Operator]:
    secrets, tools = tmp_path / "apps" / "orion" / "secrets", tmp_path / "bin"
    secrets.mkdir(parents=True)
    tools.mkdir()
    (secrets / "secret_keys").write_text(f"{fresh_settings.secret_keys}\n")
    (tools / "shim.py").write_text(SHIM)
    for name, script in (("docker", f'exec "{sys.executable}" "{tools / "shim.py"}" "$@"'), ("git", 'echo git "$@"')):
        (tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (tools / name).chmod(0o700)
    database = urlsplit(fresh_settings.database_url).path.removeprefix("/")
    superuser = await asyncpg.connect(servers.superuser_url(database))
    with a_backend(fresh_settings, forks) as backend:
        await backend.until_ready()
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("ORION_", "COV_"))}
        yield Operator(
            clean
            | {
                "HOME": str(tmp_path),
                "PATH": f"{tools}:{clean['PATH']}",
                "PYTHONPATH": str(PROJECT),
                "FORKS": forks,
                "API": backend.address,
                "MERCHANT": MERCHANT,
                "COMMIT": "v0.1.0",
                "ORION_ENVIRONMENT": "test",
                "ORION_DATABASE_URL": fresh_settings.database_url,
                "ORION_DATABASE_OWNER_URL": fresh_settings.database_owner_url,
                "ORION_REDIS_URL": fresh_settings.redis_url,
                "ORION_SECRET_KEYS_FILE": str(secrets / "secret_keys"),
            },
            backend,
            superuser,
        )
    await superuser.close()


async def test_every_command_of_the_short_pages_does_what_it_says(operator: Operator) -> None:
    assert "every promise holds" in await operator.follow("redis.md", "Start it again")
    assert "volume rm orion_valkey" in await operator.follow("redis.md", "Its file is broken")
    await points_expire_and_are_given_back(operator)
    await what_was_given_up_is_tried_again(operator)
    assert "intact" in await operator.follow("go-live.md", "The platform")
    assert "Walk-through with a test customer" in await operator.follow("go-live.md", "A visit, with your own phone")
    assert "every promise holds" in await operator.follow("go-live.md", "Open the doors")
    assert "0 test customers removed; 0 stay." in await operator.follow("go-live.md", "Remove the test data")
    assert "every promise holds" in await operator.follow("upgrade.md", "Before")
    assert "every promise holds" in await operator.follow("upgrade.md", "Now")
    assert "every promise holds" in await operator.follow("upgrade.md", "Back to the version before")
    await merchants_with_an_alert_are_named(operator)
    await keys_are_rotated(operator)


async def points_expire_and_are_given_back(operator: Operator) -> None:
    async with httpx.AsyncClient(base_url=f"{operator.backend.address}/api/v1", trust_env=False) as http:
        person = {"email": "admin@orion.example", "password": PASSWORD}
        answer: dict[str, Any] = (await http.post("/auth/sign-in", json=person)).raise_for_status().json()
    operator.environment["TOKEN"] = answer["token"]
    card_id = await operator.superuser.fetchval(EXPIRED, MERCHANT)
    assert card_id is not None
    operator.environment["CARD"] = str(card_id)
    assert " 1 cards would expire" in await operator.follow("expiry.md", "What is due?")
    operator.environment["RUN"] = await a_run_that_fails_on(operator, card_id)
    said = await operator.follow("expiry.md", "Some cards failed")
    assert re.findall(r"points of (\d) cards have expired; (\d) failed", said) == [("1", "0"), ("0", "0")]
    assert "0 points of 0 cards have expired" in await operator.follow("expiry.md", "Book it now")
    assert "0 points of 0 cards have expired" in await operator.follow("expiry.md", "One merchant")
    assert '"restored"' in await operator.follow("expiry.md", "Give points back")


async def a_run_that_fails_on(operator: Operator, card_id: UUID) -> str:
    """Its id. The card's balance is wrong meanwhile."""
    change = "UPDATE cards SET points_balance = points_balance + $2 WHERE id = $1 RETURNING points_balance"
    balance = await operator.superuser.fetchval(change, card_id, 0)
    await operator.superuser.execute(change, card_id, -balance)
    process = await asyncio.create_subprocess_exec(
        "docker", "compose", "exec", "-T", "backend", "orion", "points", "expire", env=operator.environment
    )
    assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == PARTLY_DONE
    await operator.superuser.execute(change, card_id, balance)
    return str(await operator.superuser.fetchval(FAILED_RUN, str(card_id)))


async def what_was_given_up_is_tried_again(operator: Operator) -> None:
    await operator.superuser.execute(PARKED)
    said = await operator.follow("alerts.md", "OutboxDeadLetters")
    assert "sync_wallets: TimeoutError" in said
    assert "Released: 1." in said
    assert await operator.superuser.fetchval("SELECT count(*) FROM outbox WHERE dead_at IS NOT NULL") == 0


async def merchants_with_an_alert_are_named(operator: Operator) -> None:
    await operator.superuser.execute(COUNTED, MERCHANT)
    said = await operator.follow("alerts.md", "MerchantLosingCustomers")
    assert f"{MERCHANT} 38/120" in said
    assert "38 of 120 active cards are at risk" in said
    said = await operator.follow("alerts.md", "FewNewCards")
    assert "3 new cards in seven days" in said


async def keys_are_rotated(operator: Operator) -> None:
    """A password that was sealed with the old key is known with the new one alone."""
    keys = operator.orion / "secrets" / "secret_keys"
    old = keys.read_text().strip()
    process = await asyncio.create_subprocess_exec(
        "docker", "compose", "exec", "-T", "backend", "orion", "settings", "set",
        "email_provider=smtp", "smtp_user=cards", "smtp_password",
        env=operator.environment, stdin=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await process.communicate(b"Tr0ub4dor\n")
    assert process.returncode == 0
    await operator.follow("keys.md", "A new key")
    assert keys.read_text().strip().endswith(f",{old}")
    said = await operator.follow("keys.md", "Without the old key")
    assert "," not in keys.read_text()
    assert re.search(r"smtp_password .*database", said), said
