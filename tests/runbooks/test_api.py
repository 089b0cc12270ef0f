"""The page about the API is true: its commands run, in their order, against a running API."""

import asyncio
import os
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.core.settings import Settings
from tests.world.patience import PATIENCE_SECONDS
from tests.world.process import a_backend

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
PASSWORD = "orion-demo-2026"
ADDRESS = "http://127.0.0.1:8000"
WITH_OTHER_CALLERS = ("Webhooks", "Tablets")
"""Sections whose examples are no commands of a shell."""
PERMISSIONS = ["loyalty.view_programs", "loyalty.manage_cards"]
PRINTED = [
    *("150", "100", "50", "FASHIONHUB", "Idempotency-Replayed: true", "booked"),
    *("card_not_found", "/email", "True"),
    *("FASHIONHUB", "25"),
]


def commands() -> str:
    sections = re.split(r"^## (.+)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    bodies = [
        body for title, body in zip(sections[::2], sections[1::2], strict=True) if title not in WITH_OTHER_CALLERS
    ]
    return "".join(re.findall(r"^```sh\n(.*?)^```", "".join(bodies), flags=re.DOTALL | re.MULTILINE))


async def test_every_command_of_the_page_does_what_it_says(fresh_settings: Settings, forks: str) -> None:
    with a_backend(fresh_settings, forks) as backend:
        await backend.until_ready()
        key = await make_key(f"{backend.address}/api/v1")
        printed = (await shell(commands().replace(ADDRESS, backend.address), {"KEY": key})).splitlines()
    card_code = printed.pop(PRINTED.index("FASHIONHUB") + 1)
    french = printed.pop(PRINTED.index("True") + 1)
    assert [line.strip().lower() for line in printed] == [line.lower() for line in PRINTED]
    assert re.fullmatch(r"[A-Z0-9]{16}", card_code)
    assert french == "Connectez-vous"


async def make_key(api: str) -> str:
    """As the owner does at `/office/api`."""
    person = {"email": "owner@fashion.example", "password": PASSWORD}
    async with httpx.AsyncClient(base_url=api, trust_env=False) as http:

        async def post(path: str, body: dict[str, Any]) -> dict[str, str]:
            answer: dict[str, str] = (await http.post(path, json=body)).raise_for_status().json()
            return answer

        http.headers["authorization"] = f"Bearer {(await post('/auth/sign-in', person))['token']}"
        confirmed = await post("/auth/me/confirmation", {"password": PASSWORD})
        http.headers["authorization"] = f"Bearer {confirmed['token']}"
        draft = {"name": "Web shop", "permissions": PERMISSIONS}
        return (await post("/merchant/api-keys", draft))["secret"]


async def shell(script: str, variables: dict[str, str]) -> str:
    """Stops at the first command that fails."""
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", script),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | variables,
    )
    printed, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert process.returncode == 0, printed.decode()
    return printed.decode()
