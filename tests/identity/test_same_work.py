"""Where the words do not tell whether somebody is known here, neither does the work behind them."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from backend.core import hashing
from tests.world.customer import ask_for_code
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

Ask = Callable[[AnonymousCaller, str, str], Awaitable[Any]]


async def ask_for_card_links(anonymous: AnonymousCaller, hub: str, email: str) -> None:
    await anonymous.lost_card(email, store_code=hub)


async def ask_for_sign_in_code(anonymous: AnonymousCaller, hub: str, email: str) -> None:
    await ask_for_code(anonymous, hub, email)


async def guess(anonymous: AnonymousCaller, _: str, email: str) -> None:
    answer = await anonymous.send("POST", "/auth/sign-in", json={"email": email, "password": "wrong"})
    assert answer.status_code == 401


async def people(shop: Shop, ask: Ask) -> tuple[str, str]:
    """Somebody known, and somebody who is not."""
    known = shop.emails["anna"] if ask is guess else (await shop.a_card())["customer"]["email"]
    return known, f"{uuid4().hex}@example.com"


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement, and every password verified."""
    steps: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        steps.append(statement)

    fetchval, fetchrow, verify = asyncpg.Pool.fetchval, asyncpg.Pool.fetchrow, hashing._verify
    monkeypatch.setattr(
        asyncpg.Pool, "fetchval", lambda pool, query, *a, **k: steps.append(query) or fetchval(pool, query, *a, **k)
    )
    monkeypatch.setattr(
        asyncpg.Pool, "fetchrow", lambda pool, query, *a, **k: steps.append(query) or fetchrow(pool, query, *a, **k)
    )
    monkeypatch.setattr(hashing, "_verify", lambda *given: steps.append("verify") or verify(*given))
    event.listen(Engine, "before_cursor_execute", note)
    yield steps
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("ask", [ask_for_card_links, ask_for_sign_in_code, guess])
async def test_the_same_is_done_for_somebody_known_and_for_nobody(
    shop: Shop, anonymous: AnonymousCaller, done: list[str], ask: Ask
) -> None:
    seen = []
    for email in await people(shop, ask):
        done.clear()
        await ask(anonymous, shop.hub, email)
        seen.append(list(done))
    assert seen[0] == seen[1]
    assert seen[0], "there is something to compare"
