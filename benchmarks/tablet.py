"""A tablet that hands in a day of sales at once; and a till that sells meanwhile."""

import asyncio
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from uuid import UUID, uuid4

import asyncpg
import httpx

from backend.devices.simulator.queue import QueuedOperation
from backend.devices.simulator.state import TabletState
from backend.devices.tokens import PREFIX
from benchmarks.data import CARD, CATEGORY, DEVICE, GRANT, MADE_AT, MERCHANT, MERCHANTS, STORE, USER, Rows, id_of
from benchmarks.earns import CENTS, SLICE, earn_requests
from benchmarks.load import Outcome
from benchmarks.measurement import over_http
from benchmarks.servers import Setup

OPERATIONS, BATCHES_MAX = 500, 40
PER_GRANT = 200
"""As many operations as a grant allows."""
GRANTS_EACH = -(-OPERATIONS // PER_GRANT)
TILL_EARNS, TILL_CONNECTIONS = 160, 2
TOKEN = PREFIX + secrets.token_urlsafe(32)


@dataclass
class BenchTablet:
    """Of the first store, in the hands of its first user."""

    setup: Setup
    state: TabletState = field(default_factory=lambda: TabletState(device_id=str(id_of(DEVICE, 0))))
    batches: int = 0

    def pair(self) -> None:
        """Past the API, with grants for all batches."""
        asyncio.run(_insert(self.setup.superuser_url, self.state))

    def hand_in(self, first_card: int) -> Outcome:
        """One batch, counted by its operations."""
        outcome = over_http(self.setup.backend, [self._request(first_card)], 200)
        return Outcome(
            answered_at=[at for at in outcome.answered_at for _ in range(OPERATIONS)],
            latencies=[seconds / OPERATIONS for seconds in outcome.latencies for _ in range(OPERATIONS)],
            failures=outcome.failures,
            cpu_seconds=outcome.cpu_seconds,
        )

    def beside_a_till(self, batch_card: int, first_card: int) -> Outcome:
        """That of the till."""
        with ThreadPoolExecutor(1) as pool:
            batch = pool.submit(self.hand_in, batch_card)
            till = self.till(first_card)
            handed_in = batch.result()
        return Outcome(
            till.answered_at, till.latencies, till.failures | handed_in.failures, till.cpu_seconds,
            beside=len(handed_in.answered_at),
        )  # fmt: skip

    def till(self, first_card: int) -> Outcome:
        return over_http(self.setup.backend, earn_requests(first_card, TILL_EARNS), 201, connections=TILL_CONNECTIONS)

    def _request(self, first_card: int) -> str:
        queue = self.state.new_queue()
        operations = list(islice(self._sales(first_card), OPERATIONS))
        request = httpx.Request(
            "POST",
            "http://bench/api/v1/devices/me/batches",
            json=queue.request(operations),
            headers={"authorization": f"Bearer {TOKEN}", "idempotency-key": uuid4().hex},
        )
        self.state.sign(request)
        self.batches += 1
        lines = [f"POST {request.url.path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers.items())]
        return "\r\n".join(lines) + "\r\n\r\n" + request.content.decode()

    def _sales(self, first_card: int) -> Iterator[QueuedOperation]:
        """On all cards of the merchant in the slice, again and again."""
        now, number = datetime.now(UTC), 0
        while True:
            yield {
                "id": uuid4().hex,
                "seq": number,
                "op": "points",
                "grant_id": str(id_of(GRANT, self.batches * GRANTS_EACH + number // PER_GRANT)),
                "card_id": str(id_of(CARD, first_card + number * MERCHANTS % SLICE)),
                "occurred_at": now.isoformat(),
                "occurred_elapsed_ms": self.state.elapsed_ms,
                "boot_id": self.state.boot_id,
                "body": {"purchase_amount_cents": CENTS, "category_ids": [str(id_of(CATEGORY, 0))]},
            }
            number += 1


async def _insert(url: str, state: TabletState) -> None:
    connection = await asyncpg.connect(url)
    try:
        for table, rows in _rows(state).items():
            records = [list(row.values()) for row in rows]
            await connection.copy_records_to_table(table, columns=list(rows[0]), records=records)
    finally:
        await connection.close()


def _rows(state: TabletState) -> dict[str, Rows]:
    now, of_tablet = datetime.now(UTC), {"merchant_id": id_of(MERCHANT, 0)}
    device = {
        "id": UUID(state.device_id), "store_id": id_of(STORE, 0), "name": "Counter", "profile": "till",
        "state": "paired", "public_key": state.public_key_der, "pending_count": 0, "locked_people": [],
        "must_resync": False, "created_at": MADE_AT, "wipes": False, "version": 1, "updated_at": MADE_AT,
    }  # fmt: skip
    token = {
        "token_hash": sha256(TOKEN.encode()).digest(), "device_id": device["id"], "created_at": now,
        "expires_at": now + timedelta(days=1),
    }  # fmt: skip
    grant = {
        "device_id": device["id"], "store_id": id_of(STORE, 0), "user_id": id_of(USER, 0), "operations": ["points"],
        "max_operations": PER_GRANT, "max_points": 100_000, "used_operations": 0, "used_points": 0, "wrong_count": 0,
        "issued_at": now - timedelta(minutes=1), "expires_at": now + timedelta(hours=2),
    }  # fmt: skip
    grants = [of_tablet | {"id": id_of(GRANT, n)} | grant for n in range(BATCHES_MAX * GRANTS_EACH)]
    return {"devices": [of_tablet | device], "device_tokens": [of_tablet | token], "offline_grants": grants}
