"""The same change to many cards: each by itself, and a bad one never stops the others."""

import asyncio
from collections import Counter
from uuid import uuid4

import asyncpg
import pytest

from backend.core.idempotency import Reply
from backend.loyalty.ledger.booking import ledger as actions
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.request import BookingRequest
from backend.loyalty.ledger.bulk import actions as bulk
from backend.loyalty.ledger.problems.cards import CardBusy
from tests.conftest import OpenShop
from tests.world.caller import Json, new_key, refused
from tests.world.office import Office
from tests.world.shop import Shop

Results = list[tuple[str, str | None]]


def told(answer: Json) -> Results:
    return [(result["outcome"], result["code"]) for result in answer["results"]]


async def test_many_cards_are_put_out_of_use_and_back(shop: Shop) -> None:
    owner, cards = Office.of(shop.claire), [await shop.a_card(points=5) for _ in range(12)]
    done = await owner.bulk("deactivate", cards)
    assert (done["done_count"], done["refused_count"], done["failed_count"]) == (12, 0, 0)
    assert [result["card_id"] for result in done["results"]] == [card["id"] for card in cards]
    assert {(await shop.anna.show(card))["state"] for card in cards} == {"deactivated"}
    await owner.bulk("reactivate", cards)
    assert {(await shop.anna.show(card))["state"] for card in cards} == {"active"}


async def test_a_bad_card_says_why_and_the_others_are_done(opened: OpenShop) -> None:
    shop, theirs = await opened(), await opened()
    owner = Office.of(shop.claire)
    good, poor, out, merged = [await shop.a_card(points=points) for points in (50, 10, 50, 50)]
    last, foreign = await shop.a_card(points=50), await theirs.a_card(points=50)
    await owner.deactivate(out)
    await owner.merge(last, merged)
    done = await owner.bulk("adjust", [good, poor, out, merged, foreign, str(uuid4()), last], points=-20)
    assert told(done) == [
        ("done", None),
        ("refused", "balance_below_zero"),
        ("refused", "card_inactive"),
        ("refused", "card_inactive"),
        ("refused", "card_not_found"),
        ("refused", "card_not_found"),
        ("done", None),
    ]
    assert done["results"][1]["title"] == "The balance cannot go below zero"
    assert (done["done_count"], done["refused_count"]) == (2, 5)
    assert [(await shop.anna.show(card))["points_balance"] for card in (good, poor, last)] == [30, 10, 80]
    assert (await theirs.anna.show(foreign))["points_balance"] == 50


async def test_each_card_keeps_who_did_it_and_why(shop: Shop) -> None:
    owner, cards = Office.of(shop.claire), [await shop.a_card() for _ in range(3)]
    await owner.bulk("adjust", cards, points=7)
    for card in cards:
        line = (await shop.anna.history(card))["data"][0]
        assert (line["kind"], line["amount"], line["reason"], line["user"], line["store"]) == (
            "adjusted", 7, "Spring cleaning", "Claire", None,
        )  # fmt: skip


async def test_sent_twice_it_is_done_once_and_answered_the_same(shop: Shop) -> None:
    owner, cards, key = Office.of(shop.claire), [await shop.a_card(points=5) for _ in range(5)], new_key()
    body = {"action": "adjust", "card_ids": [card["id"] for card in cards], "reason": "Gift", "points": 10}
    path = "/merchant/loyalty/cards/bulk"
    first = await owner.send("POST", path, json=body, key=key)
    again = await owner.send("POST", path, json=body, key=key)
    assert (first.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert [(await shop.anna.show(card))["points_balance"] for card in cards] == [15] * 5
    with refused("idempotency_key_reused", 422) as said:
        await owner.post(path, body | {"points": 11}, key=key)
    assert said[0]["state"] == await shop.anna.state_of(key) == "booked"
    with refused("idempotency_key_missing", 400):
        await owner.post(path, body)


async def test_sent_twice_at_once_no_card_is_changed_twice(shop: Shop) -> None:
    owner, cards, key = Office.of(shop.claire), [await shop.a_card() for _ in range(6)], new_key()
    answers = await asyncio.gather(*(owner.bulk("adjust", cards, points=10, key=key) for _ in range(3)))
    assert answers[0] == answers[1] == answers[2]
    assert [(await shop.anna.show(card))["points_balance"] for card in cards] == [10] * 6


async def test_a_card_named_twice_is_changed_once(shop: Shop) -> None:
    owner, card = Office.of(shop.claire), await shop.a_card()
    done = await owner.bulk("adjust", [card, card, card], points=10)
    assert told(done) == [("done", None)]
    assert (await shop.anna.show(card))["points_balance"] == 10


@pytest.mark.parametrize("failure", [CardBusy(), asyncpg.InterfaceError("the connection is gone")])
async def test_what_failed_is_tried_again_by_the_same_request_and_only_that(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    owner, cards, key = Office.of(shop.claire), [await shop.a_card() for _ in range(4)], new_key()
    book = actions.Ledger.book

    async def failing(self: actions.Ledger, operation: Operation, request: BookingRequest) -> Reply:
        if str(request.card_id) == cards[2]["id"]:
            raise failure
        return await book(self, operation, request)

    with monkeypatch.context() as patch:
        patch.setattr(actions.Ledger, "book", failing)
        done = await owner.bulk("adjust", cards, points=10, key=key)
    assert [outcome for outcome, _ in told(done)] == ["done", "done", "failed", "done"]
    assert done["failed_count"] == 1
    again = await owner.bulk("adjust", cards, points=10, key=key)
    assert told(again) == [("done", None)] * 4
    assert [(await shop.anna.show(card))["points_balance"] for card in cards] == [10] * 4


async def test_what_was_not_reached_in_time_waits_for_the_same_request(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, cards, key = Office.of(shop.claire), [await shop.a_card() for _ in range(3)], new_key()
    with monkeypatch.context() as patch:
        patch.setattr(bulk, "SECONDS_MAX", 0)
        done = await owner.bulk("adjust", cards, points=10, key=key)
    assert (told(done), done["waiting_count"]) == ([("waiting", None)] * 3, 3)
    assert told(await owner.bulk("adjust", cards, points=10, key=key)) == [("done", None)] * 3
    assert [(await shop.anna.show(card))["points_balance"] for card in cards] == [10] * 3


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("adjust", {}),
        ("adjust", {"points": 0}),
        ("adjust", {"points": 100_001}),
        ("deactivate", {"points": 5}),
        ("erase", {}),
        ("deactivate", {"reason": ""}),
        ("deactivate", {"card_ids": []}),
        ("deactivate", {"card_ids": [str(uuid4())] * 5001}),
    ],
)
async def test_what_makes_no_sense_is_refused_before_anything_is_done(shop: Shop, action: str, body: Json) -> None:
    owner, card = Office.of(shop.claire), await shop.a_card(points=5)
    with refused("validation_failed", 422):
        await owner.bulk(action, [card], **body)
    assert len((await shop.anna.history(card))["data"]) == 2


async def test_tills_go_on_while_a_thousand_cards_are_changed(shop: Shop, superuser: asyncpg.Connection) -> None:
    owner, card = Office.of(shop.claire), await shop.a_card()
    unknown_ids = [str(uuid4()) for _ in range(1000)]
    changing = asyncio.create_task(owner.bulk("deactivate", [*unknown_ids, card]))
    sales = [await shop.anna.earn(await shop.a_card(), cents=100) for _ in range(3)]
    done = await changing
    assert {sale["points_earned"] for sale in sales} == {1}
    assert Counter(told(done)) == {("refused", "card_not_found"): 1000, ("done", None): 1}
