"""Tills that earn, redeem, take back, enroll and repeat; what has no answer is sent once more, with the same key."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx

AGAIN_SECONDS, GIVES_UP_SECONDS, BETWEEN_SECONDS, ANSWER_SECONDS = 0.05, 45.0, 0.1, 10.0
BUSY = {429, 503}
KINDS = ("earned", "redeemed", "voided", "enrolled")


@dataclass
class Journal:
    """What tills have been told."""

    booked: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """Kind and transactions by key; of an enrollment the card."""
    emails: set[str] = field(default_factory=set)
    """Of those who were enrolled."""
    refused: dict[str, int] = field(default_factory=dict)
    """By code."""
    wrong: list[str] = field(default_factory=list)
    """What no till may see."""
    sent_again: int = 0
    last_success: float = 0.0
    has_success: asyncio.Event = field(default_factory=asyncio.Event)

    def succeed(self) -> None:
        self.last_success = monotonic()
        self.has_success.set()


@dataclass
class ChaosTill:
    """`addresses`: of the backends, as a load balancer knows them. `reward`: its id."""

    http: httpx.AsyncClient
    addresses: Sequence[str]
    cards: Sequence[str]
    category: str
    reward: str
    journal: Journal
    chance: Random

    async def work_until(self, closed: asyncio.Event) -> None:
        while not closed.is_set():
            await self.act()
            await asyncio.sleep(self.chance.uniform(0, 2 * BETWEEN_SECONDS))

    async def act(self) -> None:
        (kind,) = self.chance.choices(KINDS, (70, 10, 10, 10))
        match kind:
            case "earned":
                await self.earn(self.chance.choice(self.cards))
            case "redeemed":
                card = self.chance.choice(self.cards)
                await self._book("redeemed", f"cards/{card}/redemptions", {"reward_id": self.reward})
            case "voided":
                await self._void()
            case _:
                await self.enroll()

    async def earn(self, card: str) -> None:
        body = {"purchase_amount_cents": self.chance.randint(100, 9900), "category_ids": [self.category]}
        await self._book("earned", f"cards/{card}/points", body)

    async def _void(self) -> None:
        sales = [transaction for kind, (transaction, *_) in self.journal.booked.values() if kind == "earned"]
        if sales:
            await self._book("voided", f"transactions/{self.chance.choice(sales)}/void", {})

    async def enroll(self) -> str:
        """The email."""
        email = f"{uuid4().hex}@example.com"
        key, answer = await self._ask("cards/enroll", {"email": email})
        if answer is not None and answer.is_success:
            self.journal.booked[key] = ("enrolled", [answer.json()["id"]])
            self.journal.emails.add(email)
        return email

    async def _book(self, kind: str, path: str, body: Mapping[str, Any]) -> None:
        key, answer = await self._ask(path, body)
        if answer is None or not answer.is_success:
            return
        self.journal.booked[key] = (kind, told := _transactions(answer))
        if self.chance.random() < 0.1:
            _, again = await self._ask(path, body, key)
            if again is not None and not (again.is_success and _transactions(again) == told):
                self.journal.wrong.append(f"{kind} {key} was repeated, and answered {again.text}")

    async def _ask(
        self, path: str, body: Mapping[str, Any], key: str | None = None
    ) -> tuple[str, httpx.Response | None]:
        key, began, tries = key or str(uuid4()), monotonic(), self.chance.randrange(len(self.addresses))
        while monotonic() - began < GIVES_UP_SECONDS:
            answer = await self._send(self.addresses[tries % len(self.addresses)], path, body, key)
            if answer is not None:
                return key, self._note(path, answer)
            tries += 1
            self.journal.sent_again += 1
            await asyncio.sleep(AGAIN_SECONDS)
        self.journal.wrong.append(f"{path}: no answer within {GIVES_UP_SECONDS:.0f} s")
        return key, None

    def _note(self, path: str, answer: httpx.Response) -> httpx.Response:
        if answer.is_success:
            self.journal.succeed()
        elif answer.is_server_error or answer.status_code in {401, 403}:
            self.journal.wrong.append(f"{path}: {answer.status_code} {answer.text}")
        else:
            code = str(answer.json().get("code", answer.status_code))
            self.journal.refused[code] = self.journal.refused.get(code, 0) + 1
        return answer

    async def _send(self, address: str, path: str, body: Mapping[str, Any], key: str) -> httpx.Response | None:
        """None: it may have booked or not, and is asked again."""
        try:
            answer = await self.http.post(
                f"{address}/api/v1/store/loyalty/{path}", json=dict(body), headers={"Idempotency-Key": key}
            )
        except httpx.TransportError:
            return None
        return None if answer.status_code in BUSY else answer


def _transactions(answer: httpx.Response) -> list[str]:
    told = answer.json()
    return [row["id"] for row in told.get("transactions") or [told["transaction"]]]
