"""A visit with each compiled client against a running API, and webhooks to the documentation's receivers.

`make clients` runs it after it has compiled them.
"""

import subprocess
from pathlib import Path

import pytest

from backend.core.settings import Settings
from backend.webhooks.signatures import new_secret
from tests.clients.compiled import kotlin_classes, kotlin_libraries, receiver_classes
from tests.clients.tools import GENERATED, JAVA, NODE, RECEIVERS
from tests.conftest import SignIn
from tests.webhooks.receivers import check, listening
from tests.world import ANNA, CLAIRE, PASSWORD
from tests.world.caller import Json
from tests.world.devices import add_device, make_code
from tests.world.patience import PATIENCE_SECONDS
from tests.world.process import a_backend

CLIENTS: dict[str, list[str | Path]] = {
    "kotlin": [JAVA, "-cp", f"{kotlin_classes()}:{kotlin_libraries()}", "JourneyKt"],
    "typescript": [NODE, GENERATED / "typescript" / "compiled" / "journey.js"],
}


TABLET: list[str | Path] = [JAVA, "-cp", f"{kotlin_classes()}:{kotlin_libraries()}", "Tablet"]
RECEIVING: dict[str, list[str | Path]] = {
    "java": [JAVA, "-cp", receiver_classes(), "Receiver"],
    "javascript": [NODE, RECEIVERS / "receiver.mjs"],
}


@pytest.mark.parametrize("language", RECEIVING)
async def test_a_receiver_takes_ours_and_refuses_what_is_forged_or_old(language: str) -> None:
    secret = new_secret()
    async with listening(secret, *map(str, RECEIVING[language])) as url:
        await check(secret, url)


@pytest.mark.parametrize("language", CLIENTS)
async def test_a_visit_books_once_even_when_an_answer_is_lost(
    language: str, settings: Settings, forks: str, sign_in: SignIn
) -> None:
    with a_backend(settings, forks) as backend:
        await backend.until_ready()
        visit([*CLIENTS[language], backend.address, ANNA.email, PASSWORD, ANNA.pin or ""])
    anna = await sign_in(ANNA)
    (card,) = await anna.find(f"{language}@example.com")
    booked = (await anna.history(card))["data"]
    assert amounts(booked, "earned") == [150]
    assert amounts(booked, "redeemed") == [-100]
    assert amounts(booked, "voided") == [-50]


async def test_a_tablet_pairs_earns_and_redeems(settings: Settings, forks: str, sign_in: SignIn) -> None:
    claire = await sign_in(CLAIRE)
    code = (await make_code(claire, await add_device(claire, "FASHIONHUB")))["code"]
    with a_backend(settings, forks) as backend:
        await backend.until_ready()
        visit([*TABLET, backend.address, code, ANNA.pin or ""])
    anna = await sign_in(ANNA)
    (card,) = await anna.find("tablet@example.com")
    booked = (await anna.history(card))["data"]
    assert amounts(booked, "earned") == [150]
    assert amounts(booked, "redeemed") == [-100]


def visit(command: list[str | Path]) -> None:
    client = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert client.returncode == 0, client.stdout + client.stderr


def amounts(transactions: list[Json], kind: str) -> list[int]:
    return [row["amount"] for row in transactions if row["kind"] == kind]
