"""A tablet redeems without a network only what was held for it: nobody else spends it, and it never spends more."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import func, select

from backend.core.clock import clock
from backend.core.ids import new_id
from backend.loyalty.ledger.booking import ledger, writer
from backend.loyalty.ledger.models.holds import Hold
from backend.loyalty.ledger.models.transactions import Transaction
from backend.loyalty.ledger.problems.allowances import AllowanceLimitReached, AllowanceNotFound, AllowanceRefused
from backend.loyalty.ledger.problems.bookings import InsufficientPoints
from backend.loyalty.ledger.tasks.time_out_holds import time_out_holds
from backend.loyalty.offline.schemas.batches import OperationResult
from backend.loyalty.rewards.models import Reward
from backend.staff.models import User
from backend.staff_pins.grants.models import OfflineRules
from tests.conftest import OpenShop
from tests.loyalty.offline.deciding import decide, review_of
from tests.world.caller import refused
from tests.world.ledger import assert_ledger_adds_up, violations
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.tablet_queue import OfflineTablet, a_tablet, outcomes, reasons
from tests.world.till import Card
from workers.jobs.previews import preview_program

PIN = "482915"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RULES: dict[str, Any] = {
    "operations": ["points", "stamp", "redeem"],
    "grant_hours": 12,
    "max_operations": 50,
    "max_points": 1000,
    "window_hours": 72,
    "max_allowance_points": 300,
    "max_allowance_stamps": 20,
    "allowance_hours": 2,
}


async def redeeming(shop: Shop, **rules: object) -> OfflineTablet:
    """Anna has typed her PIN on a tablet that may redeem offline."""
    await shop.give_pin("anna", PIN)
    return await one_more(shop, **rules)


async def one_more(shop: Shop, **rules: object) -> OfflineTablet:
    tablet = await a_tablet(shop)
    await shop.add(OfflineRules, id=new_id(), device_id=tablet.device_id, **RULES | rules)
    await tablet.check_pin("anna", PIN)
    return tablet


async def redemption(shop: Shop, result: OperationResult) -> Transaction:
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        return await session.get_one(Transaction, (shop.merchant_id, result.transaction_id))


async def held(shop: Shop, allowance: dict[str, Any]) -> Hold:
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        return await session.get_one(Hold, (shop.merchant_id, UUID(allowance["id"])))


async def redeemed_points(shop: Shop) -> int:
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        kinds = Transaction.merchant_id == shop.merchant_id, Transaction.kind == "redeemed"
        return -(await session.scalar(select(func.coalesce(func.sum(Transaction.amount), 0)).where(*kinds)) or 0)


async def spend(shop: Shop, card: Card) -> None:
    """At the till, before the tablet is back."""
    await shop.anna.redeem(card, shop.rewards[100])


async def test_what_is_held_for_a_tablet_nobody_else_spends(shop: Shop) -> None:
    tablet, card = await redeeming(shop), await shop.a_card(points=150)
    allowance = await tablet.hold(card, 100)
    assert (allowance["amount"], allowance["unit"], allowance["card"]["held_points"]) == (100, "points", 100)
    with refused("insufficient_points", 409):
        await shop.anna.redeem(card, shop.rewards[100])
    seen = await shop.anna.show(card)
    assert (seen["points_balance"], seen["held_points"], seen["holds"]) == (150, 100, [])
    with refused("hold_not_found", 404):
        await shop.anna.confirm(card, allowance["id"])
    with refused("hold_not_found", 404):
        await shop.anna.release(card, allowance["id"])


async def test_what_was_redeemed_offline_is_booked_from_it(shop: Shop, superuser: asyncpg.Connection) -> None:
    tablet, card = await redeeming(shop), await shop.a_card(points=150)
    allowance = await tablet.hold(card, 100)
    clock.move(3 * HOUR)
    tablet.redeemed(card, shop.rewards[100], allowance["id"], ago=2 * HOUR)
    (result,) = await tablet.hand_in()
    assert (result.outcome, result.status) == ("applied", 201)
    row = await redemption(shop, result)
    assert (row.amount, str(row.hold_id), row.device_id) == (-100, allowance["id"], tablet.device_id)
    assert (row.user_id, row.occurred_at) == (shop.user_ids["anna"], result.occurred_at_used)
    seen = await shop.anna.show(card)
    assert (seen["points_balance"], seen["held_points"]) == (50, 0)
    await assert_ledger_adds_up(superuser, [shop.merchant_id])


async def test_an_explanation_tells_what_is_held_for_tablets_from_what_is_for_rewards(shop: Shop) -> None:
    tablet, card = await redeeming(shop), await shop.a_card(points=320)
    await shop.anna.reserve(card, shop.rewards[100])
    await tablet.hold(card, 50)
    points = (await shop.anna.explain(card))["points"]
    told = ["100 points of them: set aside for a reward.", "50 points of them: set aside for a tablet."]
    assert (points["held"], points["sentences"][1:]) == (150, told)


async def test_an_allowance_pays_until_it_is_used_up(shop: Shop, superuser: asyncpg.Connection) -> None:
    tablet, card = await redeeming(shop), await shop.a_card(points=1000)
    allowance = await tablet.hold(card, 250)
    for _ in range(3):
        tablet.redeemed(card, shop.rewards[100], allowance["id"])
    assert reasons(await tablet.hand_in()) == [None, None, "allowance"]
    seen = await shop.anna.show(card)
    assert (seen["points_balance"], seen["held_points"]) == (800, 50)
    assert ((await held(shop, allowance)).state, (await held(shop, allowance)).used_amount) == ("reserved", 200)
    await assert_ledger_adds_up(superuser, [shop.merchant_id])
    again = await tablet.hold(card, 150)
    tablet.queue = []
    tablet.redeemed(card, shop.rewards[100], again["id"])
    await tablet.hand_in()
    await tablet.release(allowance)
    assert (await shop.anna.show(card))["held_points"] == 50
    await assert_ledger_adds_up(superuser, [shop.merchant_id])


async def test_a_batch_with_a_redemption_sent_again_uses_nothing_more(shop: Shop) -> None:
    tablet, card = await redeeming(shop), await shop.a_card(points=300)
    allowance = await tablet.hold(card, 200)
    tablet.redeemed(card, shop.rewards[100], allowance["id"])
    batch = tablet.batch()
    assert await tablet.hand_in(batch) == await tablet.hand_in(batch)
    assert outcomes(await tablet.hand_in()) == ["duplicate"]
    assert (await held(shop, allowance)).used_amount == 100


async def test_without_an_allowance_of_its_own_for_this_card_nothing_is_redeemed(shop: Shop) -> None:
    tablet, other = await redeeming(shop), await one_more(shop)
    card, another = await shop.a_card(points=500), await shop.a_card(points=500)
    reward = shop.rewards[100]
    others = [
        await other.hold(card, 100),
        await tablet.hold(another, 100),
        (await shop.anna.reserve(card, reward))["hold"],
    ]
    for allowance in (None, str(uuid4()), *(each["id"] for each in others)):
        tablet.redeemed(card, reward, allowance)
    assert reasons(await tablet.hand_in()) == ["no_allowance"] * 5
    assert await redeemed_points(shop) == 0


async def test_unless_the_merchant_says_so_nothing_is_redeemed_offline(shop: Shop) -> None:
    """Neither held nor booked: not by the usual rules, and not any more where they have become stricter."""
    await shop.give_pin("anna", PIN)
    usual, card = await a_tablet(shop), await shop.a_card(points=500)
    await usual.check_pin("anna", PIN)
    with pytest.raises(AllowanceRefused):
        await usual.hold(card, 100)
    usual.redeemed(card, shop.rewards[100], None)
    assert reasons(await usual.hand_in()) == ["not_allowed_offline"]
    tablet = await redeeming(shop)
    await shop.change(OfflineRules, operations=["points"])
    with pytest.raises(AllowanceRefused):
        await tablet.hold(card, 100)


async def test_under_a_grant_that_is_over_nothing_is_held(shop: Shop) -> None:
    tablet, card = await redeeming(shop, grant_hours=1), await shop.a_card(points=500)
    assert tablet.grant is not None
    allowance = await tablet.hold(card, 100)
    assert (await held(shop, allowance)).expires_at == tablet.grant.view.expires_at, "nor longer than it is good for"
    clock.move(HOUR)
    with pytest.raises(AllowanceRefused):
        await tablet.hold(card, 100)


async def test_the_rules_say_how_much_is_held_and_a_card_has_no_more_than_it_has(shop: Shop) -> None:
    tablet, rich, poor = await redeeming(shop), await shop.a_card(points=900), await shop.a_card(points=40)
    assert [(await tablet.hold(rich, 200))["amount"], (await tablet.hold(rich, 200))["amount"]] == [200, 100]
    with pytest.raises(AllowanceLimitReached) as caught:
        await tablet.hold(rich, 1)
    assert caught.value.facts["maximum"] == 300
    assert (await (await one_more(shop)).hold(rich, 300))["amount"] == 300, "another tablet's own"
    assert (await tablet.hold(poor, 100))["amount"] == 40
    with pytest.raises(InsufficientPoints):
        await tablet.hold(poor, 1)


async def test_after_its_time_it_holds_nothing_and_pays_while_the_points_are_there(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    tablet, cards = await redeeming(shop), [await shop.a_card(points=100) for _ in range(2)]
    allowances = [await tablet.hold(card, 100) for card in cards]
    for card, allowance in zip(cards, allowances, strict=True):
        tablet.redeemed(card, shop.rewards[100], allowance["id"])
    clock.move(40 * HOUR)
    await time_out_holds(shop.services.pool, [shop.merchant_id], clock.now())
    await spend(shop, cards[0])
    assert reasons(await tablet.hand_in()) == ["balance", None]
    assert [(await shop.anna.show(card))["points_balance"] for card in cards] == [0, 0]
    late = await held(shop, allowances[1])
    assert (late.state, late.used_amount) == ("timed_out", 100)
    await assert_ledger_adds_up(superuser, [shop.merchant_id])


async def test_what_happened_after_its_time_waits_for_a_person(shop: Shop) -> None:
    tablet, card = await redeeming(shop), await shop.a_card(points=400)
    over, released = await tablet.hold(card, 100), await tablet.hold(card, 100)
    clock.move(HOUR)
    await tablet.release(released)
    clock.move(2 * HOUR)
    tablet.redeemed(card, shop.rewards[100], over["id"], ago=HOUR)
    tablet.redeemed(card, shop.rewards[100], released["id"], ago=2 * HOUR)
    tablet.redeemed(card, shop.rewards[100], released["id"], ago=2 * HOUR + MINUTE)
    assert reasons(await tablet.hand_in()) == ["allowance", "allowance", None]
    assert (await shop.anna.show(card))["points_balance"] == 300


async def test_a_person_books_what_waits_only_while_the_points_are_there(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    tablet, card = await redeeming(shop), await shop.a_card(points=100)
    allowance = await tablet.hold(card, 100)
    tablet.redeemed(card, shop.rewards[100], allowance["id"])
    tablet.redeemed(card, shop.rewards[100], None)
    await tablet.release(allowance)
    await spend(shop, card)
    assert reasons(await tablet.hand_in()) == ["balance", "no_allowance"]
    first, second = (await review_of(shop)).data
    assert (first.op, first.reward, first.can_be_booked) == ("redeem", "Voucher", True)
    for item in (first, second):
        with pytest.raises(InsufficientPoints):
            await decide(shop, item, "book", override=True)
    await shop.anna.earn(card, cents=20000)
    await decide(shop, first, "book")
    await decide(shop, second, "book")
    assert (await shop.anna.show(card))["points_balance"] == 0
    assert (await held(shop, allowance)).used_amount == 100, "the other had none"
    await assert_ledger_adds_up(superuser, [shop.merchant_id])


async def test_a_reward_that_is_gone_waits_for_a_person(shop: Shop) -> None:
    tablet, card = await redeeming(shop), await shop.a_card(points=200)
    allowance = await tablet.hold(card, 200)
    tablet.redeemed(card, shop.rewards[100], allowance["id"])
    tablet.redeemed(card, str(uuid4()), allowance["id"])
    await shop.change(Reward, stock=0)
    assert reasons(await tablet.hand_in()) == ["reward", "reward"]


async def test_released_it_is_free_and_only_its_tablet_releases_it(shop: Shop) -> None:
    tablet, card = await redeeming(shop), await shop.a_card(points=100)
    allowance = await tablet.hold(card, 100)
    other = await one_more(shop)
    for tablet_of, known in ((other, allowance), (tablet, {"id": str(uuid4())})):
        with pytest.raises(AllowanceNotFound):
            await tablet_of.release(known)
    await tablet.release(allowance)
    settled_at = (await held(shop, allowance)).settled_at
    clock.move(MINUTE)
    await tablet.release(allowance)
    assert (await held(shop, allowance)).settled_at == settled_at
    await spend(shop, card)


async def test_a_full_stamp_card_is_redeemed_offline_too(shop: Shop, superuser: asyncpg.Connection) -> None:
    tablet, card = await redeeming(shop), await shop.a_card(stamps=12)
    allowance = await tablet.hold(card, 10, "stamps")
    assert allowance["card"]["held_stamps"] == 10
    tablet.redeemed(card, None, allowance["id"])
    tablet.redeemed(card, None, allowance["id"])
    assert reasons(await tablet.hand_in()) == [None, "balance"]
    assert (await shop.anna.show(card))["stamp_count"] == 2
    await assert_ledger_adds_up(superuser, [shop.merchant_id])


async def test_an_allowance_that_ends_while_it_is_used_is_decided_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is released between reading and writing: what was read is not written over it."""
    tablet, card = await redeeming(shop), await shop.a_card(points=300)
    tried: list[bool] = []
    allowance = await tablet.hold(card, 200)
    clock.move(2 * MINUTE)
    tablet.redeemed(card, shop.rewards[100], allowance["id"], ago=MINUTE)

    async def writes(*told: Any) -> bool:
        if not tried:
            await tablet.release(allowance)
        tried.append(await writer.write(*told))
        return tried[-1]

    monkeypatch.setattr(ledger, "write", writes)
    assert (outcomes(await tablet.hand_in()), tried) == (["applied"], [False, True])
    row = await held(shop, allowance)
    assert (row.state, row.used_amount, (await shop.anna.show(card))["held_points"]) == ("released", 100, 0)


async def test_the_audit_finds_an_allowance_that_does_not_say_what_it_has_paid(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    tablet, card = await redeeming(shop), await shop.a_card(points=300)
    allowance = await tablet.hold(card, 200)
    tablet.redeemed(card, shop.rewards[100], allowance["id"])
    await tablet.hand_in()
    assert await violations(superuser, [shop.merchant_id]) == []
    await shop.change(Hold, used_amount=50)
    assert [broken.invariant for broken in await violations(superuser, [shop.merchant_id])] == ["I10"]
    await shop.change(Hold, used_amount=100)


async def test_a_preview_of_the_terms_in_force_agrees_about_what_was_redeemed_offline(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "inactivity", "expiry_days": 30})
    tablet, card = await redeeming(shop), await shop.a_card(points=150)
    allowance = await tablet.hold(card, 100)
    tablet.redeemed(card, shop.rewards[100], allowance["id"])
    clock.move(2 * HOUR)
    await tablet.hand_in()
    office = Office.of(shop.claire)
    preview = await office.try_terms()
    await preview_program({"services": shop.services}, str(shop.merchant_id), preview["id"])
    result = (await office.preview(preview))["result"]
    assert (result["unexplained_cards"], result["live"]["points_redeemed"]) == (0, 100)
    assert result["live"] == result["draft"]


async def test_for_somebody_whose_account_was_shut_nothing_is_booked_and_nothing_held(shop: Shop) -> None:
    tablet, card = await redeeming(shop), await shop.a_card(points=200)
    async with shop.services.sessions.committing() as session:
        (await session.get_one(User, shop.user_ids["anna"])).is_active = False
    tablet.sold(card, 1000)
    assert reasons(await tablet.hand_in()) == ["person"]
    with pytest.raises(AllowanceRefused):
        await tablet.hold(card, 100)
