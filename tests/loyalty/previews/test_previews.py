"""Try terms before they are published: what they would have made of the past."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from redis.exceptions import ConnectionError as RedisAway

from backend.core.clock import clock
from backend.loyalty.previews import history
from backend.loyalty.previews.actions import Previews
from backend.loyalty.previews.models import ProgramPreview
from backend.loyalty.previews.queries import GIVEN_UP
from backend.loyalty.previews.report import PreviewReport
from tests.conftest import OpenShop
from tests.world.caller import Json, new_key, refused
from tests.world.office import Office
from tests.world.past import REWARD, RandomPast
from tests.world.shop import Shop
from workers.jobs.previews import preview_program, preview_programs

OUTSTANDING = "SELECT sum(points_balance), sum(debt_points), sum(stamp_count) FROM cards WHERE merchant_id = $1"
STATE = "SELECT state FROM program_previews WHERE id = $1"


async def made(shop: Shop, language: str = "en", **draft: Any) -> Json:
    """The result of a preview."""
    office = Office.of(shop.claire).reading(language)
    preview = await office.try_terms(**draft)
    await preview_program({"services": shop.services}, str(shop.merchant_id), preview["id"])
    done = await office.preview(preview)
    assert (done["state"], done["error"], done["cards_done"]) == ("done", None, done["cards_total"])
    assert done["result"]["unexplained_cards"] == 0
    result: Json = done["result"]
    return result


def adds_up(figures: Json) -> bool:
    gone = figures["points_taken_back"] + figures["points_redeemed"] + figures["points_expired"]
    return bool(figures["points_issued"] - gone == figures["points_outstanding"] - figures["points_owed"])


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_terms_in_force_reproduce_the_ledger_to_the_point(
    opened: OpenShop, superuser: asyncpg.Connection, seed: int
) -> None:
    terms = {"welcome_bonus_points": 3, "expiry_kind": "rolling", "expiry_days": 30, "stamps_target": 2}
    shop = await opened(rewards=[{"points_required": REWARD}], terms=terms)
    await RandomPast(shop, random.Random(seed), terms_change=False).happen(60)
    # What has expired by now is booked, so that the tables say what the preview says.
    await RandomPast(shop, random.Random(seed))._expire(UUID(int=0))
    result = await made(shop)
    assert result["live"] == result["draft"]
    assert all(store["live"] == store["draft"] for store in result["stores"])
    assert (result["cards_better"], result["cards_worse"], result["cards_unchanged"]) == (0, 0, 3)
    assert result["would_have_been_refused"] == []
    balances = await superuser.fetchrow(OUTSTANDING, shop.merchant_id)
    live = result["live"]
    assert tuple(balances) == (live["points_outstanding"], live["points_owed"], live["stamps_open"])
    assert adds_up(live)


@pytest.mark.parametrize("seed", [4, 5, 6])
async def test_under_any_draft_points_issued_are_redeemed_expired_taken_back_or_outstanding(
    opened: OpenShop, seed: int
) -> None:
    shop, dice = await opened(rewards=[{"points_required": REWARD}]), random.Random(seed)
    await RandomPast(shop, dice).happen(80)
    drafts: list[dict[str, Any]] = [
        {"points_per_euro": "1/3", "stamps_target": 5, "return_policy": "within_balance"},
        {"points_per_euro": "2.5", "expiry_kind": "rolling", "expiry_days": 3},
        {"type": "points", "welcome_bonus_points": 50, "minimum_redemption_points": 100},
        {"type": "stamps", "cooldown_minutes": 600, "max_daily_stamps": 1, "expiry_kind": "none"},
    ]
    for draft in drafts:
        result = await made(shop, **draft)
        assert adds_up(result["live"])
        assert adds_up(result["draft"])
        assert sum(change["cards"] for change in result["changes"]) == 3
    assert result["draft"]["points_outstanding"] == 0


async def test_each_store_learns_what_it_would_have_given_and_owe(opened: OpenShop) -> None:
    shop = await opened(
        rewards=[{"points_required": 100, "value_cents": 500}, {"points_required": 200, "value_cents": 9}]
    )
    card, other = await shop.a_card(), await shop.a_card(at=shop.outlet)
    await shop.anna.earn(card, cents=10_000)
    await shop.luc.earn(card, cents=5_000)
    await shop.luc.redeem(card, shop.rewards[100])
    await shop.luc.earn(other, cents=1_000)
    await shop.anna.stamp(other)
    result = await made(shop, points_per_euro="2", stamp_reward_value_cents=1_000, stamps_target=5)
    hub, outlet = (
        next(row for row in result["stores"] if row["store"]["code"] == code) for code in (shop.hub, shop.outlet)
    )
    assert (hub["live"]["points_issued"], hub["draft"]["points_issued"]) == (100, 200)
    assert (outlet["live"]["points_issued"], outlet["draft"]["points_issued"]) == (60, 120)
    assert (outlet["draft"]["points_redeemed"], outlet["draft"]["rewards_handed_over"]) == (100, 1)
    assert (hub["live"]["points_outstanding"], hub["draft"]["points_outstanding"]) == (50, 200)
    assert (hub["live"]["liability_cents"], hub["draft"]["liability_cents"]) == (250, 1_000)
    assert hub["draft"]["stamps_given"] == 1
    assert (outlet["live"]["liability_cents"], outlet["draft"]["liability_cents"]) == (50, 100 + 200)
    assert result["draft"]["liability_cents"] == 1_300
    assert (result["cards_better"], result["transactions"]) == (2, 7)


async def test_who_is_better_and_who_is_worse_off_is_shown_by_examples(shop: Shop) -> None:
    small, large = await shop.a_card(), await shop.a_card()
    for _ in range(3):
        await shop.anna.earn(small, cents=900)
    await shop.anna.earn(large, cents=10_000)
    result = await made(shop, points_per_euro="2", minimum_purchase_cents=1_000)
    assert (result["cards_better"], result["cards_worse"], result["sales_below_minimum"]) == (1, 1, 3)
    assert [(row["card_code"], row["sentence"]) for row in result["better"]] == [
        (large["code"], "It would hold 200 points instead of 100.")
    ]
    assert [(row["card_code"], row["points_live"], row["points_draft"]) for row in result["worse"]] == [
        (small["code"], 27, 0)
    ]
    assert {(row["from_points"], row["to_points"]): row["cards"] for row in result["changes"] if row["cards"]} == {
        (-100, -11): 1,
        (11, 100): 1,
    }


async def test_at_most_ten_examples_those_with_the_greatest_difference(shop: Shop) -> None:
    for euros in range(1, 13):
        await shop.a_card(points=euros)
    result = await made(shop, points_per_euro="2")
    assert result["cards_better"] == 12
    assert [row["points_draft"] for row in result["better"]] == list(range(24, 4, -2))


async def test_a_reward_that_could_not_have_been_paid_counts_as_refused(shop: Shop) -> None:
    card = await shop.a_card(points=120)
    booked = await shop.anna.redeem(card, shop.rewards[100])
    await shop.anna.void(booked)
    await shop.anna.redeem(card, shop.rewards[100])
    result = await made(shop, points_per_euro="1/2")
    assert result["would_have_been_refused"] == [{"code": "insufficient_points", "times": 2}]
    assert (result["live"]["rewards_handed_over"], result["draft"]["rewards_handed_over"]) == (1, 0)
    assert result["worse"][0]["rewards_refused"] == 2
    assert "2 rewards it was given would have been refused." in [row["sentence"] for row in result["worse"]]


async def test_what_was_set_aside_and_confirmed_is_refused_once(shop: Shop) -> None:
    card = await shop.a_card(points=200)
    released = (await shop.anna.reserve(card, shop.rewards[100]))["hold"]
    await shop.anna.release(card, released)
    held = (await shop.anna.reserve(card, shop.rewards[100], quantity=2))["hold"]
    await shop.anna.confirm(card, held)
    result = await made(shop, points_per_euro="1/4")
    assert result["would_have_been_refused"] == [{"code": "insufficient_points", "times": 1}]
    assert (await made(shop, points_per_euro="3"))["draft"]["points_outstanding"] == 400


async def test_points_expire_when_the_draft_says(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 60})
    card = await shop.a_card(points=100)
    clock.move(timedelta(days=31))
    await shop.anna.earn(card, cents=500)
    by_days = await made(shop, expiry_kind="rolling", expiry_days=30)
    assert (by_days["draft"]["points_expired"], by_days["draft"]["points_outstanding"]) == (100, 5)
    assert (by_days["live"]["points_expired"], by_days["live"]["points_outstanding"]) == (0, 105)
    idle = await made(shop, expiry_kind="inactivity", expiry_days=31)
    assert idle["draft"]["points_expired"] == 0
    clock.move(timedelta(days=32))
    idle = await made(shop, expiry_kind="inactivity", expiry_days=31)
    assert (idle["live"]["points_expired"], idle["draft"]["points_expired"]) == (100, 105)


async def test_stamps_follow_cooldown_and_target_of_the_draft(opened: OpenShop) -> None:
    shop = await opened(terms={"cooldown_minutes": 0, "stamps_target": 4})
    card = await shop.a_card()
    for _ in range(4):
        await shop.anna.stamp(card)
        clock.move(timedelta(minutes=20))
    await shop.anna.redeem(card)
    fewer = await made(shop, stamps_target=3)
    assert (fewer["draft"]["stamps_open"], fewer["draft"]["rewards_handed_over"], fewer["cards_better"]) == (1, 1, 1)
    slower = await made(shop, cooldown_minutes=30)
    assert slower["would_have_been_refused"] == [
        {"code": "insufficient_stamps", "times": 1},
        {"code": "stamp_cooldown", "times": 2},
    ]
    assert slower["cards_worse"] == 1


async def test_sentences_are_in_the_readers_language(shop: Shop) -> None:
    await shop.a_card(points=1_000)
    result = await made(shop, language="de", points_per_euro="2")
    assert "2.000" in result["better"][0]["sentence"]


async def test_chunks_do_not_matter(opened: OpenShop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await opened(rewards=[{"points_required": REWARD}])
    past = RandomPast(shop, random.Random(9))
    await past.happen(40)
    first, *_, last = sorted(past.cards)
    await past.merge(first, last)
    whole = await made(shop, points_per_euro="2")
    monkeypatch.setattr(history, "CHUNK", 1)
    assert {**await made(shop, points_per_euro="2"), "as_of": ""} == {**whole, "as_of": ""}


async def test_what_is_booked_and_published_meanwhile_does_not_stop_a_preview(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = [await shop.a_card(points=10) for _ in range(2)]
    write = Previews._write

    async def write_and_go_on(self: Previews, *told: Any, **values: Any) -> None:
        await write(self, *told, **values)
        if values.get("cards_done") == 1:
            await shop.publish(points_numerator=5)
            await shop.anna.earn(cards[1], cents=100)

    monkeypatch.setattr(history, "CHUNK", 1)
    monkeypatch.setattr(Previews, "_write", write_and_go_on)
    result = await made(shop)
    assert (result["live"]["points_issued"], result["draft"]["points_issued"]) == (25, 21)


@pytest.mark.parametrize(
    ("draft", "pointers"),
    [
        ({"points_per_euro": "0"}, ["/points_per_euro"]),
        ({"points_per_euro": "101"}, ["/points_per_euro"]),
        ({"points_per_euro": "1/0"}, ["/points_per_euro"]),
        ({"stamps_target": 51}, ["/stamps_target"]),
        ({"expiry_kind": "rolling"}, ["/expiry_days"]),
        ({"expiry_kind": "end_of_period", "expiry_days": 5}, ["/expiry_days", "/expiry_period"]),
        ({"expiry_days": 5}, ["/expiry_days"]),
        ({"expiry_kind": "none", "expiry_period": "year"}, ["/expiry_period"]),
    ],
)
async def test_a_draft_that_could_not_be_published_is_pointed_at(shop: Shop, draft: Json, pointers: list[str]) -> None:
    with refused("validation_failed", 422) as said:
        await Office.of(shop.claire).try_terms(**draft)
    assert [error["pointer"] for error in said[0]["errors"]] == pointers


async def test_one_request_sent_twice_is_one_preview(shop: Shop, superuser: asyncpg.Connection) -> None:
    office, key = Office.of(shop.claire), new_key()
    first = await office.try_terms(key=key, stamps_target=5)
    assert (first["state"], first["draft"], first["result"]) == ("queued", {"stamps_target": 5}, None)
    assert await office.try_terms(key=key, stamps_target=5) == first
    with refused("idempotency_key_reused", 422):
        await office.try_terms(key=key, stamps_target=6)
    with refused("idempotency_key_missing", 400):
        await office.post("/merchant/loyalty/program/preview", {})
    for _ in range(2):
        await preview_program({"services": shop.services}, str(shop.merchant_id), first["id"])
    assert await superuser.fetchval(STATE, UUID(first["id"])) == "done"


async def test_one_preview_at_a_time(shop: Shop) -> None:
    office = Office.of(shop.claire)
    waiting = await office.try_terms()
    with refused("preview_in_progress", 409) as said:
        await office.try_terms()
    assert said[0]["preview_id"] == waiting["id"]


async def test_a_preview_whose_process_died_is_seen_as_failed_and_can_be_asked_again(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    office = Office.of(shop.claire)
    lost = await office.try_terms()
    await shop.change(ProgramPreview, state="running", heartbeat_at=clock.now())
    assert (await office.preview(lost))["state"] == "running"
    clock.move(GIVEN_UP + timedelta(seconds=1))
    seen = await office.preview(lost)
    assert seen["state"] == "failed"
    assert "Ask for the preview again" in seen["error"]
    again = await office.try_terms()
    await preview_programs({"services": shop.services})
    assert await superuser.fetchval(STATE, UUID(lost["id"])) == "failed"
    assert (await office.preview(again))["state"] == "done"


async def test_a_preview_that_fails_says_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await shop.a_card()

    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(PreviewReport, "add", broken)
    office = Office.of(shop.claire)
    preview = await office.try_terms()
    await preview_program({"services": shop.services}, str(shop.merchant_id), preview["id"])
    failed = await office.preview(preview)
    assert (failed["state"], failed["result"]) == ("failed", None)
    assert "a bug" not in failed["error"]


async def test_a_preview_redis_never_heard_of_is_made_all_the_same(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object, **__: object) -> None:
        raise RedisAway

    monkeypatch.setattr("arq.connections.ArqRedis.enqueue_job", away)
    preview = await Office.of(shop.claire).try_terms()
    await preview_programs({"services": shop.services})
    assert (await Office.of(shop.claire).preview(preview))["state"] == "done"


async def test_a_preview_rings_the_worker(shop: Shop) -> None:
    preview = await Office.of(shop.claire).try_terms()
    assert await shop.services.redis.exists(f"arq:job:preview:{preview['id']}")


async def test_previews_are_the_owners_own(opened: OpenShop) -> None:
    mine, theirs = await opened(), await opened()
    preview = await Office.of(mine.claire).try_terms()
    for nobody in (preview["id"], str(uuid4())):
        with refused("preview_not_found", 404):
            await Office.of(theirs.claire).preview(nobody)
    with refused("forbidden", 403):
        await Office.of(mine.anna).try_terms()
    with refused("forbidden", 403):
        await Office.of(mine.anna).preview(preview)


async def test_without_a_program_there_is_nothing_to_try(shop: Shop, superuser: asyncpg.Connection) -> None:
    tables = ("rewards", "terms_versions", "programs")
    await superuser.execute(
        "; ".join(f"DELETE FROM {table} WHERE merchant_id = '{shop.merchant_id}'" for table in tables)
    )
    with refused("program_inactive", 409):
        await Office.of(shop.claire).try_terms()


async def test_a_preview_changes_nothing(shop: Shop, superuser: asyncpg.Connection) -> None:
    await shop.a_card(points=10)
    count = "SELECT (SELECT count(*) FROM transactions), (SELECT count(*) FROM lots), (SELECT count(*) FROM events)"
    before = await superuser.fetchrow(count)
    await made(shop, points_per_euro="7")
    assert await superuser.fetchrow(count) == before
