"""A busy day in which everything goes wrong: parallel tills, requests sent twice, answers lost, the backend killed.

Everything is drawn from one seed. After each step the ledger must add up, and what was answered is what was booked.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import msgspec

from backend.core.settings import Settings
from tests.world.caller import new_key
from tests.world.ledger import assert_ledger_adds_up
from tests.world.limits import forget_everything
from tests.world.patience import PATIENCE_SECONDS
from tests.world.process import Backend, a_backend
from tests.world.shop import Shop
from tests.world.till import Till

CARDS, STOCK = 4, 25
BOOKED, REFUSED = 201, {403, 404, 409, 422}
ASK_AGAIN = {429, 502, 503}
STILL_RUNNING = "request_in_progress"
LINES = "SELECT idempotency_key AS key, card_id, amount FROM transactions WHERE merchant_id = $1"
STOCK_LEFT = """
    SELECT r.stock - $2 + coalesce((
             SELECT sum(CASE t.kind WHEN 'voided' THEN -t.quantity ELSE t.quantity END)
             FROM transactions t WHERE t.merchant_id = r.merchant_id AND t.reward_id = r.id), 0)
           + coalesce((SELECT sum(h.quantity) FROM holds h
                       WHERE h.merchant_id = r.merchant_id AND h.reward_id = r.id AND h.state = 'reserved'), 0)
    FROM rewards r WHERE r.merchant_id = $1
"""


@dataclass(frozen=True)
class Ask:
    """One request of one till. However often it is sent, it has one key."""

    till: Till
    path: str
    body: dict[str, Any]
    key: str = field(default_factory=new_key)


@dataclass
class Day:
    chance: Random
    shop: Shop
    tills: list[Till]
    cards: list[str]
    http: httpx.AsyncClient
    backend: Backend
    superuser: asyncpg.Connection
    answers: dict[str, bytes] = field(default_factory=dict)
    """By key: the bytes of the first answer that settled it."""
    booked: dict[str, dict[str, Any]] = field(default_factory=dict)
    sales: list[str] = field(default_factory=list)
    returns: list[str] = field(default_factory=list)
    holds: list[tuple[str, str]] = field(default_factory=list)

    async def step(self, tills_at_once: int) -> None:
        """Everybody presses at once; afterwards everything is answered, and adds up."""
        await forget_everything(self.shop.services.redis)
        asks = [self._draw() for _ in range(tills_at_once)]
        faults = [self._kill()] if self.chance.random() < 0.25 else []
        await asyncio.gather(*(self._send(ask) for ask in asks), *faults)
        await self._check()

    def _draw(self) -> Ask:
        draw, card = self.chance, self.chance.choice(self.cards)
        here = f"/api/v1/store/loyalty/cards/{card}"
        kinds: list[Callable[[], tuple[str, dict[str, Any]]]] = [
            lambda: (f"{here}/points", {"purchase_amount_cents": draw.randint(1, 20_000)}),
            lambda: (f"{here}/points", {"purchase_amount_cents": draw.randint(1, 20_000)}),
            lambda: (f"{here}/stamps", {}),
            lambda: (f"{here}/redemptions", {"reward_id": self.shop.rewards[50], "quantity": draw.randint(1, 2)}),
            lambda: (f"{here}/redemptions", {"unit": "stamps"}),
            lambda: (f"{here}/holds", {"reward_id": self.shop.rewards[50]}),
            self._draw_return,
            self._draw_settling,
        ]
        path, body = draw.choice(kinds)()
        return Ask(draw.choice(self.tills), path, body)

    def _draw_return(self) -> tuple[str, dict[str, Any]]:
        if self.returns and self.chance.random() < 0.3:
            return f"/api/v1/store/loyalty/transactions/{self.chance.choice(self.returns)}/void", {}
        transaction = self.chance.choice(self.sales) if self.sales else UUID(int=0)
        part = {"amount_cents": self.chance.randint(1, 5000)} if self.chance.random() < 0.5 else {}
        return f"/api/v1/store/loyalty/transactions/{transaction}/void", part

    def _draw_settling(self) -> tuple[str, dict[str, Any]]:
        card, hold = self.chance.choice(self.holds) if self.holds else (self.cards[0], UUID(int=0))
        return f"/api/v1/store/loyalty/cards/{card}/holds/{hold}/{self.chance.choice(['confirm', 'release'])}", {}

    async def _send(self, ask: Ask) -> None:
        """Once, or several times at once; some tills hang up before the answer and ask again."""
        copies = self.chance.choice([1, 1, 1, 2, 3])
        patience = [self.chance.choice([5.0, 5.0, self.chance.uniform(0.001, 0.02)]) for _ in range(copies)]
        answers = await asyncio.gather(*(self._until_answered(ask, seconds) for seconds in patience))
        said = {_settled(answer) for answer in answers}
        assert len(said) == 1, f"two answers to one key: {said}"
        self._remember(ask, answers[0])

    async def _until_answered(self, ask: Ask, patience: float) -> httpx.Response:
        headers = {"idempotency-key": ask.key, "authorization": f"Bearer {ask.till.token}"} | ask.till._headers
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = await self.http.post(ask.path, json=ask.body, headers=headers, timeout=patience)
            except httpx.TransportError:
                patience = 5.0
            else:
                if answer.status_code not in ASK_AGAIN and STILL_RUNNING not in answer.text:
                    return answer
            await asyncio.sleep(0.02)
        raise AssertionError(f"no answer to {ask.path}")

    def _remember(self, ask: Ask, answer: httpx.Response) -> None:
        assert answer.status_code == BOOKED or answer.status_code in REFUSED, answer.text
        self.answers[ask.key] = answer.content
        if answer.status_code != BOOKED:
            return
        told = self.booked[ask.key] = msgspec.json.decode(answer.content)
        if ask.path.endswith(("/points", "/redemptions")):
            self.sales.append(told["transaction"]["id"])
        elif ask.path.endswith("/void"):
            self.returns += [line["id"] for line in told["transactions"] if line["kind"] == "voided"]
        elif ask.path.endswith("/holds"):
            self.holds.append((told["card"]["id"], told["hold"]["id"]))

    async def _kill(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, 0.05))
        self.backend.kill()
        self.backend.start()

    async def _check(self) -> None:
        merchant_id = self.shop.merchant_id
        await assert_ledger_adds_up(self.superuser, [merchant_id])
        lines = {row["key"]: row for row in await self.superuser.fetch(LINES, merchant_id) if row["key"]}
        for key, told in self.booked.items():
            for shown in told.get("transactions", [told["transaction"]] if "transaction" in told else []):
                assert lines[key]["amount"] == shown["amount"], f"booked is what was answered: {shown}"
        unasked = lines.keys() - self.booked.keys() - {"enrolled"}
        assert not {key for key in unasked if key in self.answers}, "what was refused is not booked"
        assert await self.superuser.fetchval(STOCK_LEFT, merchant_id, STOCK) == 0, "pieces were lost or doubled"


def _settled(answer: httpx.Response) -> bytes:
    """Of a booking every byte, of a refusal its code: one that was decided before the card was read is not kept."""
    return answer.content if answer.status_code == BOOKED else answer.json()["code"].encode()


@asynccontextmanager
async def a_day(
    seed: int, shop: Shop, settings: Settings, superuser: asyncpg.Connection, forks: str
) -> AsyncIterator[Day]:
    """`shop` has one reward for 50 points with STOCK pieces, and no cooldown."""
    tills = [shop.anna, shop.luc, *[await shop.hire(shop.hub) for _ in range(4)]]
    cards = [(await shop.a_card(points=60))["id"] for _ in range(CARDS)]
    with a_backend(settings, forks) as backend:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}") as http:
            yield Day(Random(seed), shop, tills, cards, http, backend, superuser)
