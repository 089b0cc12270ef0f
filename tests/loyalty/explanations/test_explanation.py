"""Why is my balance this? Every point is told once, and what is told adds up."""

import random
import re
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.explanations import queries
from backend.services import Services
from tests.conftest import OpenShop
from tests.world.caller import Json, Refused, refused
from tests.world.limits import forget_everything
from tests.world.office import Office, PlatformOffice
from tests.world.shop import Shop, hire_admin
from tests.world.till import AnonymousCaller

LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
ALLOCATIONS = """
    SELECT a.lot_id, a.transaction_id, a.amount FROM allocations a
    JOIN lots l ON l.merchant_id = a.merchant_id AND l.id = a.lot_id WHERE l.card_id = $1
"""
STEPS = [
    *["earn", "redeem"] * 3,
    *["void", "return_a_part", "days", "restore", "regret"] * 2,
    *["stamp", "redeem_stamps", "reserve", "settle", "adjust", "merge", "unmerge"],
]


def number_of(sentence: str) -> int:
    """The number a sentence begins with; nothing is nothing."""
    found = re.match(r"([\d,]+) (points?|stamps?)\b", sentence)
    return int(found[1].replace(",", "")) if found else 0


def told_by(lots: list[Json]) -> int:
    """Only from what the sentences say: what came, less what went, and what is said to be left."""
    total = 0
    for lot in lots:
        gone = sum(number_of(part["sentence"]) * (1 if part["amount"] > 0 else -1) for part in lot["parts"])
        left = number_of(lot["sentence"]) - gone
        assert left == number_of(lot["rest"])
        total += left
    return total


def assert_adds_up(explained: Json, card: Json) -> None:
    for unit, balance, held in (
        ("points", card["points_balance"], card["held_points"]),
        ("stamps", card["stamp_count"], card["held_stamps"]),
    ):
        told = explained[unit]
        lots = told["lots"] + [lot for lot in [told["older"]] if lot]
        for lot in lots:
            assert lot["original"] - sum(part["amount"] for part in lot["parts"]) == lot["remaining"]
        assert sum(lot["remaining"] for lot in lots) == told["balance"] == balance
        assert sum(lot["held"] for lot in lots) == told["held"] == min(held, balance)
        assert told_by(lots) == balance == number_of(told["sentences"][0])
    debt = explained["debt"]
    assert (debt["points"] if debt else 0) == card["debt_points"]
    if debt:
        assert sum(part["amount"] for part in debt["parts"]) == debt["points"] == number_of(debt["sentence"])
        signed = [(1 if part["amount"] > 0 else -1) * number_of(part["sentence"]) for part in debt["parts"]]
        assert sum(signed) == debt["points"]


async def assert_every_allocation_once(explained: Json, card: Json, superuser: asyncpg.Connection) -> None:
    rows = await superuser.fetch(ALLOCATIONS, UUID(card["id"]))
    told = [
        (UUID(lot["id"]), UUID(part["occasion"]["id"]), part["amount"])
        for unit in ("points", "stamps")
        for lot in explained[unit]["lots"]
        for part in lot["parts"]
        if part["occasion"]
    ]
    assert Counter(told) == Counter(tuple(row) for row in rows)


class Life:
    """Of one card: anything may happen next."""

    def __init__(self, shop: Shop, card: Json, seed: int, paul: PlatformOffice) -> None:
        self.shop = shop
        self.paul = paul
        self.owner = Office.of(shop.claire)
        self.merges: list[Json] = []
        self.card = card
        self.dice = random.Random(seed)
        self.bookings: list[Json] = []
        self.holds: list[Json] = []

    async def step(self) -> None:
        await forget_everything(self.shop.services.redis)
        try:
            await getattr(self, f"_{self.dice.choice(STEPS)}")()
        except Refused as problem:
            assert problem.status in {404, 409}, problem

    async def _earn(self) -> None:
        self._booked(await self.shop.claire.earn(self.card, cents=self.dice.randint(100, 6000)))

    async def _redeem(self) -> None:
        """Often all there is, so that what is taken back afterwards has been spent."""
        balance = (await self.shop.claire.show(self.card))["points_balance"]
        quantity = self.dice.choice([1, min(20, max(1, balance // 40))])
        self._booked(await self.shop.claire.redeem(self.card, self.shop.rewards[40], quantity=quantity))

    async def _regret(self) -> None:
        """A sale is taken back when all its points have been spent: they are owed."""
        sale = await self.shop.claire.earn(self.card, cents=12_000)
        pieces = max(1, sale["card"]["points_balance"] // 40)
        self._booked(await self.shop.claire.redeem(self.card, self.shop.rewards[40], quantity=min(pieces, 20)))
        await self.shop.claire.void(sale)

    async def _stamp(self) -> None:
        self._booked(await self.shop.claire.stamp(self.card))

    async def _redeem_stamps(self) -> None:
        self._booked(await self.shop.claire.redeem(self.card))

    async def _void(self) -> None:
        if self.bookings:
            await self.shop.claire.void(self.dice.choice(self.bookings))

    async def _return_a_part(self) -> None:
        booking = self.dice.choice(self.bookings) if self.bookings else {}
        if booking.get("quantity"):
            await self.shop.claire.void(booking, quantity=1)
        elif booking.get("purchase_amount_cents"):
            await self.shop.claire.void(booking, amount_cents=self.dice.randint(50, 2000))

    async def _days(self) -> None:
        clock.move(timedelta(days=self.dice.choice([1, 5, 45])))

    async def _reserve(self) -> None:
        self.holds.append((await self.shop.claire.reserve(self.card, self.shop.rewards[40]))["hold"])

    async def _settle(self) -> None:
        if self.holds:
            settle = self.dice.choice([self.shop.claire.confirm, self.shop.claire.release])
            await settle(self.card, self.dice.choice(self.holds[-2:]))

    async def _adjust(self) -> None:
        await self.shop.claire.adjust(self.card, self.dice.choice([-7, 12]))

    async def _merge(self) -> None:
        """With a card that has a past of its own, perhaps a debt."""
        other = await self.shop.a_card(points=self.dice.choice([0, 45, 80]), stamps=self.dice.choice([0, 2]))
        if other["points_balance"] == 80 and self.dice.random() < 0.7:
            sale = (await self.shop.claire.history(other, limit=1))["data"][0]
            self._booked(await self.shop.claire.redeem(other, self.shop.rewards[40]))
            await self.shop.claire.void(sale)
        self.merges.append(await self.owner.merge(self.card, other))

    async def _unmerge(self) -> None:
        if self.merges:
            await self.owner.reverse(self.dice.choice(self.merges))

    async def _restore(self) -> None:
        await self.paul.restore(self.card, self.dice.randint(1, 30))

    def _booked(self, answer: Json) -> None:
        self.bookings.append(answer["transaction"])


@pytest.fixture
async def paul(services: Services, anonymous: AnonymousCaller) -> PlatformOffice:
    return await hire_admin(services, anonymous, "Paul Klein")


RANDOM_TERMS = {
    "points_denominator": 2,
    "expiry_kind": "rolling",
    "expiry_days": 40,
    "stamps_target": 3,
    "cooldown_minutes": 0,
    "max_daily_stamps": 100,
}


@pytest.mark.parametrize("seed", range(5))
async def test_the_explanation_of_a_card_adds_up_after_everything_that_can_happen(
    opened: OpenShop,
    superuser: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    paul: PlatformOffice,
    seed: int,
) -> None:
    shop = await opened(terms=RANDOM_TERMS, rewards=[{"points_required": 40}])
    life = Life(shop, await shop.a_card(), seed, paul)
    for _ in range(12):
        for _ in range(6):
            await life.step()
        if life.dice.random() < 0.2:
            await shop.publish(**RANDOM_TERMS | {"points_denominator": life.dice.randint(1, 5)})
        for lots, parts in ((1000, 1000), (3, 2)):
            monkeypatch.setattr(queries, "LOTS_IN_FULL", lots)
            monkeypatch.setattr(queries, "PARTS_IN_FULL", parts)
            for card in (life.card, *(merge["other_card"] for merge in life.merges[-2:])):
                explained = await life.owner.explain(card)
                assert_adds_up(explained, await life.owner.show(card))
                if lots == 1000:
                    await assert_every_allocation_once(explained, card, superuser)


async def test_a_point_is_traced_to_its_sale_its_rules_and_its_end(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=12_050, order_reference="R-1")
    await shop.anna.redeem(card, shop.rewards[100])
    (lot,) = (await shop.anna.explain(card))["points"]["lots"]
    assert lot["granted"]["id"] == lot["earned"]["id"] == sale["transaction"]["id"]
    assert (lot["granted"]["store"], lot["granted"]["order_reference"]) == ("HUB", "R-1")
    assert (lot["terms_version"], lot["points_per_euro"]) == (1, "1")
    here = clock.now().astimezone(LUXEMBOURG)
    day = f"{here:%-d %B %Y}"
    assert lot["sentence"] == (
        f"120 points: purchase of €120.50 at HUB on {day}, 1 point for every €1.00 (rules no. 1)."
    )
    (part,) = lot["parts"]
    assert (part["kind"], part["amount"], part["occasion"]["reward"]) == ("redeemed", 100, "Voucher")
    assert part["sentence"] == f"100 points: redeemed for Voucher at HUB on {day}."
    last = here + timedelta(days=10)
    assert lot["rest"] == f"20 points left, to be spent by {last:%-d %B %Y}."


async def test_a_reward_named_from_the_right_turns_no_number_of_its_explanation(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 10, "name": {"en": "תיק בד"}}])
    card = await shop.a_card(points=10)
    await shop.claire.void(await shop.anna.redeem(card, shop.rewards[10]))
    (lot,) = (await shop.anna.explain(card))["points"]["lots"]
    redeemed, came_back = (part["sentence"] for part in lot["parts"])
    assert "redeemed for \u2068תיק בד\u2069 at HUB on" in redeemed
    assert "because \u2068תיק בד\u2069 was voided" in came_back


async def test_each_sale_keeps_the_rules_it_was_made_under(opened: OpenShop) -> None:
    shop = await opened()
    card = await shop.a_card(points=10)
    await shop.publish(points_numerator=3, points_denominator=2)
    await shop.anna.earn(card, cents=1000)
    newer, older = (await shop.anna.explain(card))["points"]["lots"]
    assert (newer["terms_version"], newer["points_per_euro"], newer["original"]) == (2, "3/2", 15)
    assert (older["terms_version"], older["points_per_euro"], older["original"]) == (1, "1", 10)
    assert "3 points for every €2.00 (rules no. 2)" in newer["sentence"]


async def test_a_debt_names_the_return_that_made_it_and_the_sale_that_paid(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    await shop.anna.redeem(card, shop.rewards[100])
    undone = await shop.claire.void(sale)
    paid = await shop.anna.earn(card, cents=6000)
    explained = await shop.anna.explain(card)
    debt = explained["debt"]
    assert debt["sentence"] == "40 points will be deducted from the next purchase because of a return."
    told = [(part["amount"], part["occasion"]["id"]) for part in debt["parts"]]
    assert told == [(-60, paid["transaction"]["id"]), (100, undone["transactions"][0]["id"])]
    assert "settled by the purchase of €60.00" in debt["parts"][0]["sentence"]
    assert "owed since a return of €100.00 at HUB" in debt["parts"][1]["sentence"]
    assert explained["points"]["lots"][0]["parts"][0]["kind"] == "paid_debt"


async def test_once_a_debt_is_paid_it_is_not_told_any_more(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    await shop.anna.redeem(card, shop.rewards[100])
    await shop.claire.void(sale)
    await shop.anna.earn(card, cents=10_000)
    assert (await shop.anna.explain(card))["debt"] is None


async def test_the_fraction_of_a_point_is_told_exactly_with_what_completes_it(opened: OpenShop) -> None:
    shop = await opened(terms={"points_denominator": 50})
    card = await shop.a_card()
    await shop.anna.earn(card, cents=3000)
    carry = (await shop.anna.explain(card))["carry"]
    assert (carry["fraction"], carry["missing_cents"]) == ("3/5", 2000)
    assert carry["sentence"] == "3/5 of a point is carried over: a purchase of €20.00 gives the next point."
    assert (await shop.anna.earn(card, cents=1999))["points_earned"] == 0
    assert (await shop.anna.earn(card, cents=1))["points_earned"] == 1
    assert (await shop.anna.explain(card))["carry"] is None


async def test_a_fraction_missing_after_a_return_is_told_as_such(opened: OpenShop) -> None:
    shop = await opened(terms={"points_denominator": 50})
    card = await shop.a_card()
    first = await shop.anna.earn(card, cents=3000)
    await shop.anna.earn(card, cents=2000)
    await shop.anna.void(first)
    carry = (await shop.anna.explain(card))["carry"]
    assert (carry["fraction"], carry["missing_cents"]) == ("-3/5", 8000)
    assert carry["sentence"].startswith("3/5 of a point is missing after a return")
    assert (await shop.anna.earn(card, cents=8000))["points_earned"] == 1


async def test_points_that_have_expired_unbooked_are_told_as_expired(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    card = await shop.a_card(points=30)
    clock.move(timedelta(days=20))
    (lot,) = (await shop.anna.explain(card))["points"]["lots"]
    assert [(part["kind"], part["amount"], part["occasion"]) for part in lot["parts"]] == [("expired", 30, None)]
    assert (lot["remaining"], lot["rest"]) == (0, "Nothing is left of that.")
    await shop.anna.earn(card, cents=100)
    lot = (await shop.anna.explain(card))["points"]["lots"][1]
    assert (lot["parts"][0]["kind"], lot["parts"][0]["occasion"]["kind"]) == ("expired", "expired")


async def test_what_is_set_aside_is_told_in_the_lots_that_will_pay_it(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    card = await shop.a_card(points=60)
    clock.move(timedelta(days=1))
    await shop.anna.earn(card, cents=6000)
    await shop.anna.reserve(card, shop.rewards[100])
    points = (await shop.anna.explain(card))["points"]
    assert points["sentences"] == ["120 points on the card.", "100 points of them: set aside for a reward."]
    assert [lot["held"] for lot in points["lots"]] == [40, 60]


async def test_points_that_came_back_are_told_with_the_reward_they_came_back_from(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    await shop.claire.void(await shop.anna.redeem(card, shop.rewards[100]))
    (lot,) = (await shop.anna.explain(card))["points"]["lots"]
    assert [(part["kind"], part["amount"]) for part in lot["parts"]] == [("redeemed", 100), ("came_back", -100)]
    assert "because Voucher was voided" in lot["parts"][1]["sentence"]


async def test_stamps_are_explained_likewise(shop: Shop) -> None:
    card = await shop.a_card(stamps=10)
    await shop.anna.redeem(card)
    await shop.anna.stamp(card)
    stamps = (await shop.anna.explain(card))["stamps"]
    assert stamps["sentences"] == ["1 stamp on the card."]
    assert [lot["remaining"] for lot in stamps["lots"]] == [1] + [0] * 10
    assert "1 stamp: redeemed for Free accessory at HUB" in stamps["lots"][1]["parts"][0]["sentence"]


async def test_a_long_history_is_summed_beyond_the_newest_lots(shop: Shop) -> None:
    card = await shop.a_card()
    for euros in range(1, queries.LOTS_IN_FULL + 11):
        await forget_everything(shop.services.redis)
        await shop.anna.earn(card, cents=euros * 100)
    await shop.anna.redeem(card, shop.rewards[100])
    points = (await shop.anna.explain(card))["points"]
    assert len(points["lots"]) <= 2 * queries.LOTS_IN_FULL
    assert_adds_up(await shop.anna.explain(card), await shop.anna.show(card))
    assert points["older"] is None or points["older"]["lots"] + len(points["lots"]) == queries.LOTS_IN_FULL + 10


async def test_it_is_told_in_the_language_of_the_reader(shop: Shop) -> None:
    card = await shop.a_card(points=1234)
    english = (await shop.anna.explain(card))["points"]["lots"][0]["sentence"]
    french = (await shop.anna.reading("fr").explain(card))["points"]["lots"][0]["sentence"]
    assert "1,234 points" in english
    assert "€1,234.00" in english
    assert "1.234,00 €" in french.replace("\N{NO-BREAK SPACE}", " ")


async def test_it_is_read_in_one_statement(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    card = await shop.a_card(points=5)
    asked: list[str] = []
    fetchval = asyncpg.Pool.fetchval

    async def counted(pool: asyncpg.Pool, query: str, *args: Any, **options: Any) -> Any:
        asked.append(query)
        return await fetchval(pool, query, *args, **options)

    monkeypatch.setattr(asyncpg.Pool, "fetchval", counted)
    await shop.anna.explain(card)
    assert [query for query in asked if "card" in query] == [queries.EXPLAIN_CARD]


async def test_with_stores_kept_apart_the_other_store_gets_no_explanation(opened: OpenShop) -> None:
    shop = await opened(policy={"allow_cross_location_redemption": False})
    card = await shop.a_card(at=shop.hub)
    with refused("card_not_found", 404):
        await shop.luc.explain(card)


async def test_points_of_a_merged_card_are_traced_to_where_they_were_first_collected(shop: Shop) -> None:
    kept, other = await shop.a_card(points=10), await shop.a_card()
    sale = await shop.luc.earn(other, cents=5000, order_reference="R-9")
    await Office.of(shop.claire).merge(kept, other)
    newest, own = (await shop.anna.explain(kept))["points"]["lots"]
    assert (newest["granted"]["kind"], newest["earned"]["id"]) == ("transferred", sale["transaction"]["id"])
    assert (newest["earned"]["store"], newest["earned"]["order_reference"], newest["remaining"]) == ("OUT", "R-9", 50)
    assert newest["sentence"].startswith("50 points: moved from another card on ")
    assert own["remaining"] == 10
    (gone,) = (await Office.of(shop.claire).explain(other))["points"]["lots"]
    assert (gone["remaining"], gone["parts"][0]["kind"]) == (0, "transferred")


async def test_restored_points_are_told_as_such(opened: OpenShop, paul: PlatformOffice) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 30})
    card = await shop.a_card(points=120)
    clock.move(timedelta(days=32))
    await paul.restore(card, 100)
    newest, expired = (await paul.explain(card))["points"]["lots"]
    assert "restored on" in newest["sentence"]
    assert (newest["remaining"], expired["parts"][0]["kind"]) == (100, "expired")


async def test_the_owner_and_the_platform_are_told_the_same_as_the_till(shop: Shop, paul: PlatformOffice) -> None:
    card = await shop.a_card(points=120)
    at_the_till = await shop.anna.explain(card)
    for office in (Office.of(shop.claire), paul):
        assert (await office.explain(card))["points"] == at_the_till["points"]
    with refused("forbidden", 403):
        await Office.of(shop.anna).explain(card)
