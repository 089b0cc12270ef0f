"""`orion points`: of whom points expire, and whose card could not be done."""

import json
from datetime import timedelta
from uuid import UUID

import asyncpg

from backend.core.clock import clock
from backend.core.next_steps import in_utc
from tests.cli.conftest import Orion
from tests.conftest import OpenShop
from tests.world.till import Card

ROLLING = {"expiry_kind": "rolling", "expiry_days": 30}
BALANCE = "UPDATE cards SET points_balance = $2 WHERE id = $1"


async def test_a_dry_run_says_of_which_merchants_how_much_would_expire(orion: Orion, opened: OpenShop) -> None:
    shops = [await opened(terms=ROLLING) for _ in range(2)]
    quiet = await opened(terms=ROLLING)
    for shop, points in zip(shops, (10, 25), strict=True):
        for _ in range(2):
            await shop.a_card(points=points)
    clock.move(timedelta(days=32))
    result = await orion("points", "expire", "--dry-run")
    assert result.exit_code == 0, result.output
    for shop, points in zip(shops, (20, 50), strict=True):
        assert f"{shop.code:20} 2 cards, {points} points, 0 failed" in result.output.splitlines()
    assert quiet.code not in result.output
    told = json.loads((await orion("points", "expire", "--dry-run", "--merchant", shops[0].code, "--json")).stdout)
    of_shop = {"merchant_code": shops[0].code, "processed": 2, "expired_points": 20, "failed": 0}
    assert (told["merchants"], told["expired_points"]) == ([of_shop], 20)


async def test_a_dry_run_of_the_warnings_says_whose_customers_would_be_told(orion: Orion, opened: OpenShop) -> None:
    shop = await opened(terms=ROLLING)
    await shop.a_card(points=10)
    clock.move(timedelta(days=20))
    result = await orion("points", "warn", "--dry-run")
    assert f"{shop.code:20} 1 cards, 10 points, 0 failed" in result.output.splitlines()


async def test_a_card_that_failed_is_named_with_its_merchant(
    orion: Orion, opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    """Also in the run, which the page shows, and by the retry."""
    shop = await opened(terms=ROLLING)
    card = UUID((await shop.a_card(points=10))["id"])
    clock.move(timedelta(days=32))
    await superuser.execute(BALANCE, card, 3)
    reason = f"merchant {shop.code}, CheckViolationError: see the log of this time."
    for chosen in ("--merchant", shop.code), ("--failed", "--merchant", shop.code):
        result = await orion("points", "expire", *chosen)
        assert result.exit_code == 3, result.output
        assert f"{card}: {reason}" in result.output.splitlines()
        assert "`orion explain card` with one of these ids tells more." in result.output
    failures = "SELECT failures FROM task_runs WHERE merchant_id = $1"
    assert {row[0] for row in await superuser.fetch(failures, shop.merchant_id)} == {json.dumps({str(card): reason})}
    await superuser.execute(BALANCE, card, 10)
    assert (await orion("points", "expire", "--failed", "--merchant", shop.code)).exit_code == 0


async def test_the_story_of_a_card_that_failed_says_so_until_it_is_done(
    orion: Orion, opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    """When, why, and the command that does it."""
    shop = await opened(terms=ROLLING)
    card = await shop.a_card(points=10)
    clock.move(timedelta(days=32))
    assert "10 points have expired. The nightly run books it" in await story(orion, card)
    await superuser.execute(BALANCE, UUID(card["id"]), 3)
    await orion("points", "expire", "--merchant", shop.code)
    told = await story(orion, card)
    assert f"10 points have expired, and recording that failed at {in_utc(clock.now())[:16]}" in told
    assert f"merchant {shop.code}, CheckViolationError" in told
    command = f"orion points expire --failed --merchant {shop.code}"
    assert f"`{command}`" in told
    await superuser.execute(BALANCE, UUID(card["id"]), 10)
    assert (await orion(*command.split()[1:])).exit_code == 0
    assert "points have expired" not in await story(orion, card)


async def test_points_that_expire_after_a_night_that_failed_wait_for_the_next_one(
    orion: Orion, opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    shop = await opened(terms=ROLLING)
    card = await shop.a_card(points=10)
    clock.move(timedelta(days=32))
    await superuser.execute(BALANCE, UUID(card["id"]), 3)
    await orion("points", "expire", "--merchant", shop.code)
    await superuser.execute(BALANCE, UUID(card["id"]), 10)
    await shop.anna.earn(card, cents=500)
    clock.move(timedelta(days=32))
    assert "5 points have expired. The nightly run books it" in await story(orion, card)


async def story(orion: Orion, card: Card) -> str:
    return str((await orion("explain", "card", card["code"])).output)
