"""The page about the API is true: its commands run, in their order, against a running API."""

import asyncio
import re
from pathlib import Path

import pytest

from backend.core.settings import Settings
from tests.world.patience import PATIENCE_SECONDS
from tests.world.process import a_backend

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
ADDRESS = "http://127.0.0.1:8000"
WITH_OTHER_CALLERS = ("API keys", "Webhooks", "Tablets")
"""Sections whose commands need a key or a device."""
PRINTED = [
    *("150", "100", "50", "FASHIONHUB", "Idempotency-Replayed: true", "booked"),
    *("card_not_found", "/email", "True"),
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
        printed = (await shell(commands().replace(ADDRESS, backend.address))).splitlines()
    card_code = printed.pop(PRINTED.index("FASHIONHUB") + 1)
    french = printed.pop()
    assert [line.strip().lower() for line in printed] == [line.lower() for line in PRINTED]
    assert re.fullmatch(r"[A-Z0-9]{16}", card_code)
    assert french == "Connectez-vous"


async def shell(script: str) -> str:
    """Stops at the first command that fails."""
    process = await asyncio.create_subprocess_exec(
        "bash", "-euo", "pipefail", "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    printed, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert process.returncode == 0, printed.decode()
    return printed.decode()
