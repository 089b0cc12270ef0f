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

    def noting_query(ask: Callable[..., Any]) -> Callable[..., Any]:
        def noted(pool: asyncpg.Pool, query: str, *arguments: Any, **options: Any) -> Any:
            steps.append(query)
            return ask(pool, query, *arguments, **options)

        return noted

    verify = hashing._verify

    def noting_verification(stored: str, secret: bytes) -> bool:
        steps.append("verify")
        return verify(stored, secret)

    monkeypatch.setattr(asyncpg.Pool, "fetchval", noting_query(asyncpg.Pool.fetchval))
    monkeypatch.setattr(asyncpg.Pool, "fetchrow", noting_query(asyncpg.Pool.fetchrow))
    monkeypatch.setattr(hashing, "_verify", noting_verification)
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
