"""A till that books again and again, and sends what it has no answer for once more, with the same key."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from uuid import uuid4

import httpx

AGAIN_SECONDS, GIVES_UP_SECONDS, BETWEEN_SECONDS = 0.1, 30.0, 0.02
CENTS = 1000


@dataclass
class BusyTill:
    """`addresses`: of the backends, as a load balancer knows them."""

    http: httpx.AsyncClient
    addresses: Sequence[str]
    card_id: str
    category_id: str
    booked: list[str] = field(default_factory=list)
    """Transactions that were answered."""
    failed: list[str] = field(default_factory=list)
    sent_again: int = 0
    slowest: float = 0.0

    async def book_until(self, closed: asyncio.Event) -> None:
        while not closed.is_set():
            await self.book()
            await asyncio.sleep(BETWEEN_SECONDS)

    async def book(self) -> None:
        key, began, tries = str(uuid4()), monotonic(), 0
        while monotonic() - began < GIVES_UP_SECONDS:
            answer = await self._send(self.addresses[tries % len(self.addresses)], key)
            if answer is not None:
                self.slowest = max(self.slowest, monotonic() - began)
                if answer.is_success:
                    self.booked.append(str(answer.json()["transaction"]["id"]))
                else:
                    self.failed.append(f"{answer.status_code} {answer.text}")
                return
            tries += 1
            self.sent_again += 1
            await asyncio.sleep(AGAIN_SECONDS)
        self.failed.append(f"no answer within {GIVES_UP_SECONDS:.0f} s")

    async def _send(self, address: str, key: str) -> httpx.Response | None:
        """None: it may have booked or not, and is asked again."""
        path = f"{address}/api/v1/store/loyalty/cards/{self.card_id}/points"
        body = {"purchase_amount_cents": CENTS, "category_ids": [self.category_id], "staff_pin": "2468"}
        try:
            answer = await self.http.post(path, json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            return None
        return None if answer.status_code in {429, 502, 503, 504} else answer
