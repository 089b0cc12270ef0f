"""Runs all of Orion as `make run` does, with doubles of Google and Apple and a phone of each, on its own servers."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
from msgspec.structs import replace

from backend.core.settings import Settings
from backend.dev.ports import free_port
from backend.dev.sandbox.environment import SANDBOX, sandbox_values
from benchmarks.data import CARD, CATEGORY, id_of, store_of, token_of
from benchmarks.earns import CENTS
from benchmarks.measurement import MeasurementFailed
from benchmarks.servers import environment_of, open_servers, start_program, start_server, wait_until
from benchmarks.write_data import write_data

CARDS, USER = 8, 0
BUTTONS = {"google": "save_url", "apple": "pass_url"}
STARTED = b"worker_started"


@dataclass(frozen=True, slots=True)
class PhoneSetup:
    """The measured card is on both phones after `add_to_both`."""

    database_url: str
    api: str
    sandbox: str
    card_id: UUID

    async def add_to_both(self, http: httpx.AsyncClient) -> None:
        known = (await http.get(f"{self.sandbox}/phones/cards")).raise_for_status().json()["cards"]
        token = next(card["token"] for card in known if card["id"] == str(self.card_id))
        page = await http.get(f"{self.api}/storefront/loyalty/cards/{token}")
        wallets = page.raise_for_status().json()["card"]["wallets"]
        for wallet, button in BUTTONS.items():
            tap = {"url": wallets[wallet][button]}
            (await http.post(f"{self.sandbox}/phones/{self.card_id}/{wallet}", json=tap)).raise_for_status()

    async def earn(self, http: httpx.AsyncClient) -> None:
        answer = await http.post(
            f"{self.api}/store/loyalty/cards/{self.card_id}/points",
            json={"purchase_amount_cents": CENTS, "category_ids": [str(id_of(CATEGORY, store_of(USER)))]},
            headers={"Authorization": f"Bearer {token_of(USER)}", "Idempotency-Key": str(uuid4())},
        )
        if answer.status_code != httpx.codes.CREATED:
            raise MeasurementFailed(f"a booking was answered {answer.status_code}: {answer.text[:300]}")

    async def has_empty_outbox(self, connection: asyncpg.Connection) -> bool:
        return not await connection.fetchval("SELECT count(*) FROM outbox")

    async def shows(self, http: httpx.AsyncClient, points: int) -> bool:
        """Whether both phones show the points."""
        phones = (await http.get(f"{self.sandbox}/phones/{self.card_id}")).raise_for_status().json()
        if phones["troubles"]:
            raise MeasurementFailed(f"a phone has had trouble: {phones['troubles']}")
        return all(_has(phones[wallet], str(points)) for wallet in BUTTONS)


def _has(face: dict[str, Any] | None, points: str) -> bool:
    """Phones group thousands, so only digits are compared."""
    return face is not None and points in {"".join(filter(str.isdigit, fact["value"])) for fact in face["figures"]}


@contextmanager
def open_phone_setup(folder: Path) -> Iterator[PhoneSetup]:
    folder.mkdir()
    with open_servers(folder) as (postgres, valkey), ExitStack() as stack:
        database_url, ports = postgres.url("postgres"), (free_port("127.0.0.1", 8391), free_port("127.0.0.1", 8392))
        asyncio.run(write_data(database_url, CARDS))
        environment = environment_of(postgres, valkey, *ports)
        # The doubles and their phones do not use TLS.
        environment |= {"ORION_ENVIRONMENT": "development", "ORION_PUBLIC_URL": f"http://127.0.0.1:{ports[1]}"}
        environment |= {"ORION_DATA_DIR": str(folder)} | sandbox_values(
            replace(Settings(), environment="development"), folder
        )
        start_server("backend.app:create_app", ports[0], environment, folder, stack)
        port = int(environment[SANDBOX].rpartition(":")[2])
        start_server("backend.dev.sandbox.app:create_app", port, environment, folder, stack, ready="/phones/cards")
        worker, log = start_program("worker", ["workers.main"], environment, folder, stack), folder / "worker.log"
        wait_until(lambda: STARTED in log.read_bytes(), "worker", worker, folder)
        yield PhoneSetup(
            database_url, f"{environment['ORION_BACKEND_URL']}/api/v1", environment[SANDBOX], id_of(CARD, 0)
        )
