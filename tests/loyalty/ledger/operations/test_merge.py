"""Two cards of one person become one, and two again if that was wrong."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.customers.models import Customer
from backend.loyalty.ledger.models.merges import CardMerge
from backend.merchants.models import Policy
from tests.conftest import OpenShop
from tests.world.caller import new_key, outcome, refused
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import Card, shop_day

ROLLING = {"expiry_kind": "rolling", "expiry_days": 30}
IDLE = {"expiry_kind": "inactivity", "expiry_days": 30}


def held(card: Card) -> tuple[int, int, int]:
    return card["points_balance"], card["debt_points"], card["stamp_count"]


async def in_debt(shop: Shop, points: int) -> Card:
    """A card that has spent what was taken back."""
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=points * 100)
    for _ in range(points // 100):
        await shop.anna.redeem(card, shop.rewards[100])
    await shop.anna.void(sale)
    return card


async def test_the_kept_card_goes_on_with_what_both_held(shop: Shop) -> None:
    owner = Office.of(shop.claire)
    kept, other = await shop.a_card(points=70, stamps=4), await shop.a_card(points=50, stamps=7)
    done = await owner.merge(kept, other)
    assert held(done["card"]) == (120, 0, 11)
    assert done["card"]["reward_ready"]
    assert (done["other_card"]["state"], held(done["other_card"])) == ("merged", (0, 0, 0))
    assert done["other_card"]["merged_into_id"] == kept["id"]
    [told] = done["card"]["merged_cards"]
    assert (told["card_id"], told["code"], told["merge_id"]) == (other["id"], other["code"], done["merge_id"])
    assert (await shop.anna.show(kept))["merged_cards"] == [told]
    assert Counter(line["kind"] for line in done["transactions"]) == {"transferred": 4}
    for unit in ("points", "stamps"):
        assert sum(line["amount"] for line in done["transactions"] if line["unit"] == unit) == 0
    assert {line["reason"] for line in done["transactions"]} == {"Enrolled twice"}


async def test_both_histories_stay_readable(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(points=10), await shop.a_card(points=20)
    before = (await shop.anna.history(other))["data"]
    await owner.merge(kept, other)
    newest, *rest = (await shop.anna.history(other))["data"]
    assert (newest["kind"], newest["amount"], newest["points_balance"], newest["user"]) == (
        "transferred", -20, 0, "Claire",
    )  # fmt: skip
    assert rest == before
    assert (await shop.anna.history(kept))["data"][0]["amount"] == 20


async def test_an_empty_card_leaves_a_line_in_both_histories_too(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(), await shop.a_card()
    await owner.merge(kept, other)
    for card in (kept, other):
        line = (await shop.anna.history(card))["data"][0]
        assert (line["kind"], line["unit"], line["amount"]) == ("transferred", "points", 0)


async def test_the_merged_cards_code_opens_the_kept_one(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(points=10), await shop.a_card()
    await owner.merge(kept, other)
    assert [found["id"] for found in await shop.anna.find(other["code"])] == [kept["id"]]
    with refused("card_inactive", 409) as said:
        await shop.anna.earn(other, cents=100)
    assert said[0]["state"] == "merged"


async def test_points_keep_their_expiry(opened: OpenShop) -> None:
    shop = await opened(terms=ROLLING)
    owner, other = Office.of(shop.claire), await shop.a_card(points=40)
    clock.move(timedelta(days=20))
    kept = await shop.a_card(points=60)
    merged = (await owner.merge(kept, other))["card"]
    soonest = (await shop.anna.show(kept))["next_expiry"]
    assert (merged["points_balance"], merged["next_expiry"]) == (100, soonest)
    assert soonest["points"] == 40
    clock.move(timedelta(days=12))
    assert (await shop.anna.show(kept))["points_balance"] == 60
    clock.move(timedelta(days=20))
    assert (await shop.anna.show(kept))["points_balance"] == 0


async def test_what_expired_before_the_merge_does_not_come_along(opened: OpenShop) -> None:
    shop = await opened(terms=ROLLING)
    owner, other = Office.of(shop.claire), await shop.a_card(points=40)
    clock.move(timedelta(days=32))
    kept = await shop.a_card(points=5)
    assert (await owner.merge(kept, other))["card"]["points_balance"] == 5
    kinds = [line["kind"] for line in (await shop.anna.history(other))["data"]]
    assert kinds[:2] == ["transferred", "expired"]


async def test_the_later_visit_counts_for_both_cards_points(opened: OpenShop) -> None:
    shop = await opened(terms=IDLE)
    owner, kept = Office.of(shop.claire), await shop.a_card(points=40)
    clock.move(timedelta(days=20))
    other = await shop.a_card(points=60)
    clock.move(timedelta(days=5))
    merged = (await owner.merge(kept, other))["card"]
    assert (merged["points_balance"], merged["last_activity_at"]) == (100, other["last_activity_at"])
    clock.move(timedelta(days=20))
    assert (await shop.anna.redeem(kept, shop.rewards[100]))["card"]["points_balance"] == 0


async def test_a_grace_given_once_is_not_given_again_on_the_other_card(opened: OpenShop) -> None:
    shop = await opened(terms=ROLLING)
    owner, other = Office.of(shop.claire), await shop.a_card(points=100)
    spent = await shop.anna.redeem(other, shop.rewards[100])
    clock.move(timedelta(days=32))
    await shop.claire.void(spent)
    kept = await shop.a_card()
    assert (await owner.merge(kept, other))["card"]["points_balance"] == 100
    again = await shop.anna.redeem(kept, shop.rewards[100])
    clock.move(timedelta(days=15))
    assert (await shop.claire.void(again))["card"]["points_balance"] == 0


async def test_debt_comes_along_and_is_paid_from_what_the_kept_card_has(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(points=130), await in_debt(shop, 100)
    done = await owner.merge(kept, other)
    assert held(done["card"]) == (30, 0, 0)
    assert held(done["other_card"]) == (0, 0, 0)


async def test_debt_beyond_the_balance_stays_owed(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(points=30), await in_debt(shop, 100)
    assert held((await owner.merge(kept, other))["card"]) == (0, 70, 0)
    assert held((await shop.anna.earn(kept, cents=8000))["card"]) == (10, 0, 0)


async def test_what_the_kept_card_owes_is_paid_from_what_comes(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await in_debt(shop, 100), await shop.a_card(points=130)
    assert held((await owner.merge(kept, other))["card"]) == (30, 0, 0)


async def test_the_debts_of_both_are_owed_together(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await in_debt(shop, 100), await in_debt(shop, 200)
    assert held((await owner.merge(kept, other))["card"]) == (0, 300, 0)


async def test_fractions_of_a_point_of_both_cards_make_a_point(opened: OpenShop) -> None:
    shop = await opened(terms={"points_numerator": 1, "points_denominator": 50})
    owner, kept, other = Office.of(shop.claire), await shop.a_card(), await shop.a_card()
    await shop.anna.earn(kept, cents=3000)
    await shop.anna.earn(other, cents=3000)
    assert (await owner.merge(kept, other))["card"]["points_balance"] == 0
    assert (await shop.anna.earn(kept, cents=1))["points_earned"] == 1


async def test_a_sale_of_the_merged_card_is_still_returned(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(points=10), await shop.a_card()
    sale = await shop.anna.earn(other, cents=5000, order_reference="R-7")
    await owner.merge(kept, other)
    half = await shop.anna.void(sale, amount_cents=2500)
    assert half["card"]["id"] == kept["id"]
    assert held(half["card"]) == (35, 0, 0)
    rest = await shop.anna.return_order("R-7")
    assert held(rest["card"]) == (10, 0, 0)
    assert (await shop.anna.history(other))["data"][1]["voided"]
    with refused("already_void", 409):
        await shop.anna.void(sale)


@pytest.mark.parametrize("merges", [1, 2, 3])
async def test_what_expired_of_a_merged_cards_sale_is_not_owed(opened: OpenShop, merges: int) -> None:
    shop = await opened(terms=ROLLING)
    owner, card = Office.of(shop.claire), await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    for _ in range(merges):
        kept = await shop.a_card()
        await owner.merge(kept, card)
        card = kept
    clock.move(timedelta(days=32))
    await shop.anna.earn(card, cents=500)
    assert held((await shop.anna.void(sale))["card"]) == (5, 0, 0)


@pytest.mark.parametrize("merges", [1, 2])
async def test_what_a_return_finds_expired_is_not_owed_after_merges_either(opened: OpenShop, merges: int) -> None:
    shop = await opened(terms=ROLLING)
    owner, card = Office.of(shop.claire), await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    kept = await shop.a_card()
    await owner.reverse(await owner.merge(kept, card))
    for _ in range(merges):
        await owner.merge(kept, card)
        card, kept = kept, await shop.a_card()
    clock.move(timedelta(days=32))
    assert held((await shop.anna.void(sale))["card"]) == (0, 0, 0)


async def test_a_sale_is_returned_from_all_its_lots_after_two_merges(
    opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    """A redemption taken back after a merge is a lot of its own."""
    shop = await opened(terms=ROLLING, rewards=[{"points_required": 40}])
    owner, other = Office.of(shop.claire), await shop.a_card()
    sale = await shop.anna.earn(other, cents=10_000)
    spent = await shop.anna.redeem(other, shop.rewards[40])
    second, third = await shop.a_card(), await shop.a_card(points=7)
    await owner.merge(second, other)
    await shop.anna.void(spent)
    await owner.merge(third, second)
    await shop.anna.void(sale)
    lots = await superuser.fetch(
        "SELECT original, remaining FROM lots WHERE card_id = $1 ORDER BY original", UUID(third["id"])
    )
    assert [tuple(lot) for lot in lots] == [(7, 7), (40, 0), (60, 0)]


async def test_a_redemption_of_the_merged_card_is_still_taken_back(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(), await shop.a_card(points=100, stamps=10)
    reward, full = await shop.anna.redeem(other, shop.rewards[100]), await shop.anna.redeem(other)
    await owner.merge(kept, other)
    await shop.anna.void(reward)
    assert held((await shop.anna.void(full))["card"]) == (100, 0, 10)


async def test_rewards_the_merged_card_had_count_toward_the_limit(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 10, "limit_per_card": 1}])
    owner, kept, other = Office.of(shop.claire), await shop.a_card(points=50), await shop.a_card(points=10)
    await shop.anna.redeem(other, shop.rewards[10])
    await owner.merge(kept, other)
    with refused("reward_unavailable", 409):
        await shop.anna.redeem(kept, shop.rewards[10])


async def test_a_card_with_something_set_aside_is_not_merged(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(points=100), await shop.a_card(points=100)
    hold = (await shop.anna.reserve(other, shop.rewards[100]))["hold"]
    for pair in ((kept, other), (other, kept)):
        with refused("card_has_holds", 409):
            await owner.merge(*pair)
    await shop.anna.release(other, hold)
    assert (await owner.merge(kept, other))["card"]["points_balance"] == 200


async def test_a_hold_whose_time_has_run_out_is_no_hindrance(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(), await shop.a_card(points=100)
    await shop.anna.reserve(other, shop.rewards[100])
    clock.move(timedelta(minutes=11))
    assert (await owner.merge(kept, other))["card"]["points_balance"] == 100


async def test_a_card_is_not_merged_into_itself_or_twice_or_when_out_of_use(shop: Shop) -> None:
    owner, kept = Office.of(shop.claire), await shop.a_card()
    other, third = await shop.a_card(), await shop.a_card()
    with refused("validation_failed", 422) as said:
        await owner.merge(kept, kept)
    assert said[0]["errors"][0]["pointer"] == "/other_card_id"
    await owner.merge(kept, other)
    with refused("card_inactive", 409):
        await owner.merge(third, other)
    await owner.deactivate(third)
    with refused("card_inactive", 409):
        await owner.merge(kept, third)


async def test_a_card_being_checked_is_neither_merged_nor_split(shop: Shop, superuser: asyncpg.Connection) -> None:
    owner = Office.of(shop.claire)
    kept, other, third = [await shop.a_card(points=5) for _ in range(3)]
    done = await owner.merge(kept, other)
    await superuser.execute("UPDATE cards SET frozen_at = now() WHERE id = $1", UUID(kept["id"]))
    for pair in ((kept, third), (third, kept)):
        with refused("card_frozen", 409):
            await owner.merge(*pair)
    with refused("card_frozen", 409):
        await owner.reverse(done)


async def test_points_do_not_move_between_stores_kept_apart(opened: OpenShop) -> None:
    shop = await opened(policy={"allow_cross_location_redemption": False})
    owner, hub, outlet = Office.of(shop.claire), await shop.a_card(at=shop.hub), await shop.a_card(at=shop.outlet)
    with refused("stores_kept_apart", 409):
        await owner.merge(hub, outlet)
    assert (await owner.merge(hub, await shop.a_card(points=5, at=shop.hub)))["card"]["points_balance"] == 5


async def test_the_cards_of_one_customer_at_two_stores_become_one(shop: Shop) -> None:
    """What is left of the time when the stores were kept apart."""
    await shop.change(Policy, allow_cross_location_redemption=False)
    cards = [await shop.a_card(email="marie@x.example", points=20, at=store) for store in (shop.hub, shop.outlet)]
    await shop.change(Policy, allow_cross_location_redemption=True)
    assert (await Office.of(shop.claire).merge(*cards))["card"]["points_balance"] == 40


async def test_another_merchants_card_cannot_be_merged(opened: OpenShop) -> None:
    mine, theirs = await opened(), await opened()
    owner, kept, foreign = Office.of(mine.claire), await mine.a_card(points=5), await theirs.a_card(points=500)
    for pair in ((kept, foreign), (foreign, kept)):
        with refused("card_not_found", 404):
            await owner.merge(*pair)
    done = await Office.of(theirs.claire).merge(foreign, await theirs.a_card())
    for merge in (done, str(uuid4())):
        with refused("merge_not_found", 404):
            await owner.reverse(merge)


async def test_a_merge_sent_twice_is_done_once(shop: Shop) -> None:
    owner, kept, other, key = Office.of(shop.claire), await shop.a_card(), await shop.a_card(points=40), new_key()
    answers = await asyncio.gather(*(owner.merge(kept, other, key=key) for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    assert (await shop.anna.show(kept))["points_balance"] == 40
    assert len((await shop.anna.show(kept))["merged_cards"]) == 1


async def test_two_merges_at_once_happen_one_after_the_other_or_not_at_all(shop: Shop) -> None:
    owner = Office.of(shop.claire)
    first, second, third = [await shop.a_card(points=points) for points in (10, 20, 40)]
    said = Counter(
        await asyncio.gather(
            *map(outcome, (owner.merge(first, second), owner.merge(second, first), owner.merge(first, third)))
        )
    )
    cards = [await shop.anna.show(card) for card in (first, second, third)]
    assert sum(card["points_balance"] for card in cards) == 70
    assert said["booked"] == sum(card["state"] == "merged" for card in cards)
    assert said["booked"] + said["card_inactive"] == 3
    assert said["booked"] >= 1


@pytest.mark.parametrize("attempt", range(3))
async def test_a_sale_at_the_moment_of_a_merge_is_on_the_kept_card_or_refused(shop: Shop, attempt: int) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(points=5), await shop.a_card(points=10)
    sales = [shop.anna.earn(card, cents=100) for card in (kept, other) for _ in range(6)]
    merge, *said = await asyncio.gather(*map(outcome, [owner.merge(kept, other), *sales]))
    assert merge == "booked"
    assert Counter(said).keys() <= {"booked", "card_inactive"}
    assert (await shop.anna.show(kept))["points_balance"] == 15 + said.count("booked")
    assert held(await shop.anna.show(other)) == (0, 0, 0)


async def test_a_merge_undone_gives_everything_back(opened: OpenShop) -> None:
    shop = await opened(terms=ROLLING)
    owner, other = Office.of(shop.claire), await shop.a_card(points=50, stamps=3)
    before = await shop.anna.show(other)
    clock.move(timedelta(days=3))
    kept = await shop.a_card(points=70, stamps=4)
    done = await owner.merge(kept, other)
    undone = await owner.reverse(done)
    assert (undone["merge_id"], undone["reversed_at"] is not None) == (done["merge_id"], True)
    assert (held(undone["card"]), undone["card"]["merged_cards"]) == ((70, 0, 4), [])
    assert (held(undone["other_card"]), undone["other_card"]["state"]) == ((50, 0, 3), "active")
    assert undone["other_card"]["next_expiry"] == before["next_expiry"]
    assert undone["other_card"]["merged_into_id"] is None
    for unit in ("points", "stamps"):
        assert sum(line["amount"] for line in undone["transactions"] if line["unit"] == unit) == 0
    assert [found["id"] for found in await shop.anna.find(other["code"])] == [other["id"]]


async def test_what_was_spent_of_the_merged_cards_points_does_not_come_back(opened: OpenShop) -> None:
    """Soonest expiry is spent first: here the merged card's points."""
    shop = await opened(terms=ROLLING)
    owner, other = Office.of(shop.claire), await shop.a_card(points=150)
    clock.move(timedelta(days=3))
    kept = await shop.a_card(points=70)
    done = await owner.merge(kept, other)
    await shop.anna.redeem(kept, shop.rewards[100])
    await shop.anna.earn(kept, cents=500)
    undone = await owner.reverse(done)
    assert held(undone["other_card"]) == (50, 0, 0)
    assert held(undone["card"]) == (75, 0, 0)


async def test_points_that_expired_since_do_not_come_back(opened: OpenShop) -> None:
    shop = await opened(terms=ROLLING)
    owner, other = Office.of(shop.claire), await shop.a_card(points=50)
    clock.move(timedelta(days=10))
    kept = await shop.a_card(points=70)
    done = await owner.merge(kept, other)
    clock.move(timedelta(days=25))
    undone = await owner.reverse(done)
    assert (held(undone["card"]), held(undone["other_card"])) == ((70, 0, 0), (0, 0, 0))


async def test_idle_points_live_on_by_the_visits_made_with_the_kept_card(opened: OpenShop) -> None:
    shop = await opened(terms=IDLE)
    owner, kept, other = Office.of(shop.claire), await shop.a_card(points=5), await shop.a_card(points=50)
    done = await owner.merge(kept, other)
    clock.move(timedelta(days=20))
    visit = await shop.anna.earn(kept, cents=100)
    clock.move(timedelta(days=5))
    undone = await owner.reverse(done)
    assert held(undone["other_card"]) == (50, 0, 0)
    assert undone["other_card"]["last_activity_at"] == visit["card"]["last_activity_at"]
    clock.move(timedelta(days=20))
    assert (await shop.anna.show(other))["points_balance"] == 50


async def test_what_is_still_owed_of_the_merged_cards_debt_goes_back(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(points=30), await in_debt(shop, 100)
    done = await owner.merge(kept, other)
    await shop.anna.earn(kept, cents=2000)
    undone = await owner.reverse(done)
    assert (held(undone["card"]), held(undone["other_card"])) == ((0, 0, 0), (0, 50, 0))


async def test_no_more_debt_goes_back_than_came(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await in_debt(shop, 100), await in_debt(shop, 200)
    undone = await owner.reverse(await owner.merge(kept, other))
    assert (held(undone["card"]), held(undone["other_card"])) == ((0, 100, 0), (0, 200, 0))


async def test_fractions_of_a_point_go_back_to_their_card(opened: OpenShop) -> None:
    shop = await opened(terms={"points_numerator": 1, "points_denominator": 50})
    owner, kept, other = Office.of(shop.claire), await shop.a_card(), await shop.a_card()
    await shop.anna.earn(kept, cents=3000)
    await shop.anna.earn(other, cents=3000)
    await owner.reverse(await owner.merge(kept, other))
    for card in (kept, other):
        assert (await shop.anna.earn(card, cents=1999))["points_earned"] == 0
        assert (await shop.anna.earn(card, cents=1))["points_earned"] == 1


async def test_a_redemption_taken_back_meanwhile_belongs_to_the_merged_card(opened: OpenShop) -> None:
    shop = await opened(terms=ROLLING)
    owner, kept, other = Office.of(shop.claire), await shop.a_card(points=7), await shop.a_card(points=130)
    spent = await shop.anna.redeem(other, shop.rewards[100])
    done = await owner.merge(kept, other)
    assert held((await shop.anna.void(spent))["card"]) == (137, 0, 0)
    undone = await owner.reverse(done)
    assert (held(undone["card"]), held(undone["other_card"])) == ((7, 0, 0), (130, 0, 0))


async def test_sales_are_returned_after_a_merge_was_undone(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(), await shop.a_card()
    old = await shop.anna.earn(other, cents=5000)
    done = await owner.merge(kept, other)
    since = await shop.anna.earn(kept, cents=1000)
    await shop.anna.void(old, amount_cents=2000)
    undone = await owner.reverse(done)
    assert (held(undone["card"]), held(undone["other_card"])) == ((10, 0, 0), (30, 0, 0))
    assert held((await shop.anna.void(old))["card"]) == (0, 0, 0)
    assert held((await shop.anna.void(since))["card"]) == (0, 0, 0)


async def test_cards_can_be_merged_undone_and_merged_again(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(points=10), await shop.a_card(points=20, stamps=2)
    await owner.reverse(await owner.merge(kept, other))
    await owner.reverse(await owner.merge(other, kept))
    done = await owner.merge(kept, other)
    assert held(done["card"]) == (30, 0, 2)
    undone = await owner.reverse(done)
    assert (held(undone["card"]), held(undone["other_card"])) == ((10, 0, 0), (20, 0, 2))


async def test_a_chain_of_merges_is_undone_from_its_end(shop: Shop) -> None:
    owner = Office.of(shop.claire)
    first, second, third = [await shop.a_card(points=points) for points in (10, 20, 40)]
    inner = await owner.merge(second, first)
    outer = await owner.merge(third, second)
    assert held(outer["card"]) == (70, 0, 0)
    assert [found["id"] for found in await shop.anna.find(first["code"])] == [third["id"]]
    with refused("card_inactive", 409):
        await owner.reverse(inner)
    undone = await owner.reverse(outer)
    assert (held(undone["card"]), held(undone["other_card"])) == ((40, 0, 0), (30, 0, 0))
    undone = await owner.reverse(inner)
    assert (held(undone["card"]), held(undone["other_card"])) == ((20, 0, 0), (10, 0, 0))


async def test_a_merge_is_undone_once_and_with_one_answer(shop: Shop) -> None:
    owner, kept, other, key = Office.of(shop.claire), await shop.a_card(), await shop.a_card(points=20), new_key()
    done = await owner.merge(kept, other)
    answers = await asyncio.gather(*(owner.reverse(done, key=key) for _ in range(4)))
    assert all(answer == answers[0] for answer in answers)
    with refused("merge_undone", 409):
        await owner.reverse(done)
    assert held(await shop.anna.show(other)) == (20, 0, 0)


async def test_after_thirty_days_a_merge_is_final(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(), await shop.a_card(points=20)
    done = await owner.merge(kept, other)
    clock.move(timedelta(days=30, seconds=1))
    with refused("merge_final", 409) as said:
        await owner.reverse(done)
    assert said[0]["until"] == shop_day(done["reversible_until"])


async def test_a_merge_is_not_undone_while_something_is_set_aside(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(), await shop.a_card(points=100)
    done = await owner.merge(kept, other)
    await shop.anna.reserve(kept, shop.rewards[100])
    with refused("card_has_holds", 409):
        await owner.reverse(done)
    clock.move(timedelta(minutes=11))
    await owner.reverse(done)


async def test_a_merge_is_not_undone_when_its_customer_has_a_new_card(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    """Made at a store where the kept card did not work, while the stores were kept apart."""
    owner, other = Office.of(shop.claire), await shop.a_card(email="marie@x.example", points=5)
    await shop.change(Policy, allow_cross_location_redemption=False)
    kept = await shop.a_card()
    done = await owner.merge(kept, other)
    new = await shop.luc.enroll("marie@x.example")
    assert new["already_enrolled"] is False
    await shop.change(Policy, allow_cross_location_redemption=True)
    await superuser.execute("UPDATE cards SET scope_store_id = NULL WHERE id = $1", UUID(new["id"]))
    with refused("customer_has_card", 409):
        await owner.reverse(done)
    await owner.merge(kept, new)
    assert held((await owner.reverse(done))["other_card"]) == (5, 0, 0)


async def test_a_merge_at_the_moment_of_its_reversal_loses_nothing(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(points=5), await shop.a_card(points=10)
    done = await owner.merge(kept, other)
    said = await asyncio.gather(
        *map(outcome, [owner.reverse(done), *(shop.anna.earn(card, cents=100) for card in (kept, other) * 5)])
    )
    cards = [await shop.anna.show(card) for card in (kept, other)]
    assert said[0] == "booked"
    assert sum(card["points_balance"] for card in cards) == 15 + said[1:].count("booked")


async def test_who_merged_and_why_is_kept(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(), await shop.a_card()
    done = await owner.merge(kept, other)
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        row = await session.get_one(CardMerge, (shop.merchant_id, UUID(done["merge_id"])))
        assert (row.user_id, row.reason) == (shop.user_ids["claire"], "Enrolled twice")
        assert row.reversible_until - row.merged_at == timedelta(days=30)
        assert await session.get(Customer, (shop.merchant_id, UUID(other["customer"]["id"]))) is not None


READY = "SELECT data ->> 'card_id' FROM events WHERE merchant_id = $1 AND name = 'reward_ready'"


async def test_a_merge_that_fills_the_stamp_card_says_so(shop: Shop, superuser: asyncpg.Connection) -> None:
    kept, other = await shop.a_card(stamps=4), await shop.a_card(stamps=6)
    done = await Office.of(shop.claire).merge(kept, other)
    assert done["card"]["reward_ready"]
    assert [row[0] for row in await superuser.fetch(READY, shop.merchant_id)] == [kept["id"]]


@pytest.mark.parametrize(("kept", "other"), [(4, 5), (10, 3), (3, 10)])
async def test_a_merge_that_fills_no_stamp_card_says_nothing_new(
    shop: Shop, superuser: asyncpg.Connection, kept: int, other: int
) -> None:
    cards = await shop.a_card(stamps=kept), await shop.a_card(stamps=other)
    told = await superuser.fetch(READY, shop.merchant_id)
    await Office.of(shop.claire).merge(*cards)
    assert await superuser.fetch(READY, shop.merchant_id) == told
