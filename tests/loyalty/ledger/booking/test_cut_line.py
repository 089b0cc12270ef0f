"""The line to the database is cut at every moment of a booking. Nobody is told that nothing was booked."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from backend.core.settings import Settings
from tests.conftest import OwnTown, Town
from tests.doubles.line import Line, Moment, database_by_line
from tests.world.caller import Refused, new_key, refused
from tests.world.office import Office
from tests.world.shop import Shop

MOMENTS_MAX = 40
UNKNOWN = "It is not known whether it was recorded. Send the same request again with the same key"


@pytest.fixture
async def town(own_town: OwnTown, fresh_settings: Settings) -> AsyncIterator[tuple[Town, Line]]:
    async with (
        database_by_line(fresh_settings) as (by_line, line),
        own_town(database_url=by_line.database_url) as town,
    ):
        yield town, line


@pytest.fixture
async def shop(town: tuple[Town, Line]) -> Shop:
    return await town[0].open_shop()


@pytest.mark.parametrize("moment", list(Moment), ids=lambda moment: moment.name.lower())
async def test_cut_at_every_moment_a_sale_says_that_its_outcome_is_unknown_and_is_booked_once_when_it_is_repeated(
    town: tuple[Town, Line], shop: Shop, moment: Moment
) -> None:
    card, line, sales = await shop.a_card(), town[1], 0
    for skips in range(MOMENTS_MAX):
        line.cuts_at, line.skips, key = (b"", moment), skips, new_key()
        try:
            await shop.anna.earn(card, cents=100, key=key)
        except Refused as refusal:
            assert (refusal.status, refusal["code"]) == (503, "unavailable")
            assert refusal["detail"].startswith(UNKNOWN)
            assert (await shop.anna.get(refusal["ask_at"].removeprefix("/api/v1")))["state"] in {"booked", "not_booked"}
            await shop.anna.earn(card, cents=100, key=key)
        sales += 1
        is_over, line.cuts_at = line.cuts_at is not None, None
        if is_over:
            break
    else:
        pytest.fail("a sale says less than that to its database")
    assert sales > 3
    assert (await shop.anna.show(card))["points_balance"] == sales
    booked = "SELECT count(*) FROM transactions WHERE card_id = $1 AND kind = 'earned'"
    assert await town[0].superuser.fetchval(booked, UUID(card["id"])) == sales


async def test_a_booking_whose_answer_was_lost_is_there_and_the_same_key_gets_its_answer(
    town: tuple[Town, Line], shop: Shop
) -> None:
    card, line, key = await shop.a_card(), town[1], new_key()
    line.cuts_at = (b'"points_earned"', Moment.UNANSWERED)
    with refused("unavailable", 503) as said:
        await shop.anna.earn(card, cents=100, key=key)
    assert said[0]["detail"].startswith(UNKNOWN)
    assert (await shop.anna.get(said[0]["ask_at"].removeprefix("/api/v1")))["state"] == "booked"
    again = await shop.anna.send(
        "POST", f"/store/loyalty/cards/{card['id']}/points", json={"purchase_amount_cents": 100}, key=key
    )
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert (await shop.anna.show(card))["points_balance"] == 1


async def test_a_commit_whose_answer_was_lost_is_no_refusal_either(town: tuple[Town, Line], shop: Shop) -> None:
    """By the sessions' lane: with a key the customer is enrolled once, without one somebody has to look."""
    line, key = town[1], new_key()
    line.cuts_at = (b"COMMIT;", Moment.UNANSWERED)
    with refused("unavailable", 503) as said:
        await shop.anna.enroll("otto@example.com", key=key)
    assert said[0]["detail"].startswith(UNKNOWN)
    first = await shop.anna.enroll("otto@example.com", key=key)
    assert (await shop.anna.enroll("otto@example.com"))["id"] == first["id"]
    line.cuts_at = (b"COMMIT;", Moment.UNANSWERED)
    with refused("unavailable", 503) as unasked:
        await Office.of(shop.claire).add_reward()
    assert unasked[0]["detail"] == "It is not known whether it was done. Check before you do it again."


async def test_what_was_only_read_is_known_to_have_changed_nothing(town: tuple[Town, Line], shop: Shop) -> None:
    card, line = await shop.a_card(), town[1]
    line.cuts_at = (b"", Moment.UNHEARD)
    with refused("unavailable", 503) as said:
        await shop.anna.show(card)
    assert said[0]["detail"] == "Please try again in a moment."
