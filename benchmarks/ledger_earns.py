"""Measures earns without HTTP: `Ledger.book` in one process, with a fixed concurrency."""

import asyncio
import os
import sys
import time
from uuid import uuid4

import msgspec
import uvloop

from backend.core.clock import clock
from backend.core.idempotency import key_for
from backend.core.origin import Origin
from backend.core.settings import load_settings
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.booking.request import BookingRequest
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.schemas.bookings import Earn
from backend.services import open_services
from benchmarks.data import CARD, CATEGORY, MERCHANT, MERCHANTS, STORE, USER, id_of
from benchmarks.earns import CENTS, Sale, sales
from benchmarks.load import Outcome


class ActionPlan(msgspec.Struct, frozen=True):
    first_card: int
    count: int
    concurrency: int
    seconds_max: float


async def earn(ledger: Ledger, sale: Sale) -> int:
    """Books a sale as the route does and returns the status."""
    card_id, merchant_id = id_of(CARD, sale.card), id_of(MERCHANT, sale.card % MERCHANTS)
    path = f"/api/v1/store/loyalty/cards/{card_id}/points"
    body = Earn(purchase_amount_cents=CENTS, category_ids=[id_of(CATEGORY, sale.store)])
    origin = Origin(
        merchant_id=merchant_id,
        store_id=id_of(STORE, sale.store),
        user_id=id_of(USER, sale.user),
        user_name=f"Till User {sale.user}",
        language="fr",
        now=clock.now(),
        instance=path,
        request_id="",
    )
    key = key_for(str(uuid4()), path, body)
    return (await ledger.book(EarnPoints(body), BookingRequest(origin, key, card_id=card_id))).status


async def run(plan: ActionPlan) -> Outcome:
    answered_at: list[float] = []
    latencies: list[float] = []
    failures: dict[str, int] = {}
    left = iter(sales(plan.first_card, plan.count))
    async with open_services(load_settings()) as services:
        before, started = sum(os.times()[:2]), time.perf_counter()

        async def work() -> None:
            for sale in left:
                sent_at = time.perf_counter()
                if sent_at - started > plan.seconds_max:
                    break
                status = await earn(services.ledger, sale)
                now = time.perf_counter()
                answered_at.append(now - started)
                latencies.append(now - sent_at)
                if status != 201:
                    failures[str(status)] = failures.get(str(status), 0) + 1

        async with asyncio.TaskGroup() as group:
            for _ in range(plan.concurrency):
                group.create_task(work())
        cpu = sum(os.times()[:2]) - before
    return Outcome(answered_at, latencies, failures, cpu)


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=ActionPlan)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(run(plan))))


if __name__ == "__main__":
    main()
