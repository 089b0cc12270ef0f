"""What a tablet did offline is booked once, in its order, and nothing of it is lost."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from backend.core.clock import clock
from backend.devices.simulator.queue import QueuedOperation
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.models.transactions import Transaction
from backend.loyalty.ledger.problems.cards import CardBusy
from backend.loyalty.offline import actions
from backend.loyalty.offline.models import DeviceOperation
from tests.conftest import OpenShop
from tests.world.caller import new_key
from tests.world.shop import Shop
from tests.world.tablet_queue import OfflineTablet, a_tablet, dying_after, outcomes, reasons
from tests.world.till import id_of

PIN = "482915"
HOUR = timedelta(hours=1)


async def unlocked(shop: Shop, **facts: object) -> OfflineTablet:
    """Anna has typed her PIN."""
    await shop.give_pin("anna", PIN)
    tablet = await a_tablet(shop, **facts)
    await tablet.check_pin("anna", PIN)
    return tablet


async def bookings(shop: Shop) -> int:
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        kinds = Transaction.kind.in_(["earned", "voided"])
        counted = select(func.count()).where(Transaction.merchant_id == shop.merchant_id, kinds)
        return await session.scalar(counted) or 0


async def kept(shop: Shop) -> list[DeviceOperation]:
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        rows = select(DeviceOperation).where(DeviceOperation.merchant_id == shop.merchant_id)
        return list(await session.scalars(rows.order_by(DeviceOperation.seq)))


async def test_a_queue_is_booked_as_of_when_it_happened(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    clock.move(3 * HOUR)
    sale, stamp = tablet.sold(card, 2550, ago=2 * HOUR), tablet.stamped(card, ago=HOUR)
    results = await tablet.hand_in()
    assert [(result.id, result.outcome, result.status) for result in results] == [
        (sale["id"], "applied", 201),
        (stamp["id"], "applied", 201),
    ]
    shown = await shop.anna.show(card)
    assert (shown["points_balance"], shown["stamp_count"]) == (25, 1)
    booked = await shop.anna.booking(str(results[0].transaction_id))
    assert booked["occurred_at"][:16] == (clock.now() - 2 * HOUR).isoformat()[:16]
    assert {row.content is None for row in await kept(shop)} == {True}, "what was sent is forgotten once it is booked"


async def test_the_booking_names_the_tablet_and_whose_pin_it_was(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    tablet.stamped(card)
    (result,) = await tablet.hand_in()
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        row = await session.get_one(Transaction, (shop.merchant_id, result.transaction_id))
    assert (row.device_id, row.user_id) == (tablet.device_id, shop.user_ids["anna"])
    assert row.staff_pin_id is not None


async def test_a_batch_sent_again_gets_the_same_answers_and_books_nothing(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    tablet.sold(card, 1000)
    tablet.did("teleport", card)
    tablet.sold(str(uuid4()), 1000)
    tablet.sold(card, 500, ago=9 * HOUR)
    batch = tablet.batch()
    first, again = await tablet.hand_in(batch), await tablet.hand_in(batch)
    assert outcomes(first) == ["applied", "refused", "refused", "review"]
    assert again == first
    assert await bookings(shop) == 1


async def test_what_was_booked_in_an_earlier_batch_is_a_duplicate(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    sale = tablet.sold(card, 1000)
    (first,) = await tablet.hand_in()
    (again,) = await tablet.hand_in(tablet.batch([sale]))
    assert (again.outcome, again.transaction_id, again.status) == ("duplicate", first.transaction_id, first.status)
    assert outcomes(await tablet.hand_in(tablet.batch([sale, sale]))) == ["duplicate", "duplicate"]
    assert await bookings(shop) == 1


async def test_an_operation_twice_in_one_batch_is_booked_once(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    sale = tablet.sold(card, 1000)
    assert outcomes(await tablet.hand_in(tablet.batch([sale, sale]))) == ["applied", "duplicate"]
    assert await bookings(shop) == 1


async def test_a_call_online_whose_answer_was_lost_is_a_duplicate_and_tells_what_it_booked(shop: Shop) -> None:
    """Its id was the key of that call."""
    tablet, card, key = await unlocked(shop), await shop.a_card(), new_key()
    online = await tablet.sell_online(card, 1000, key)
    tablet.sold(card, 1000, id=key)
    (result,) = await tablet.hand_in()
    assert (result.outcome, str(result.transaction_id)) == ("duplicate", online["transaction"]["id"])
    assert (await shop.anna.show(card))["points_balance"] == 10


async def test_the_id_of_another_operation_is_refused(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    sale = tablet.sold(card, 1000)
    other = tablet.sold(card, 9900, id=sale["id"])
    results = await tablet.hand_in(tablet.batch([sale, other]))
    assert outcomes(results) == ["applied", "refused"]
    assert (results[1].problem or {})["code"] == "idempotency_key_reused"
    assert (await shop.anna.show(card))["points_balance"] == 10


async def test_an_upload_that_breaks_off_is_continued(shop: Shop) -> None:
    """The process dies after three of ten; nothing is counted against the grant twice."""
    tablet, card = await unlocked(shop), await shop.a_card()
    for _ in range(10):
        tablet.sold(card, 100)
    batch = tablet.batch()
    with dying_after(3):
        await tablet.hand_in(batch)
    assert await bookings(shop) == 3
    assert {row.state for row in await kept(shop)} == {"received"}, "all of it is kept"
    assert set(outcomes(await tablet.hand_in(batch))) == {"applied"}
    assert await bookings(shop) == 10
    assert (await shop.anna.show(card))["points_balance"] == 10


async def test_the_same_batch_twice_at_once_books_once(shop: Shop) -> None:
    tablet, cards = await unlocked(shop), [await shop.a_card() for _ in range(4)]
    for card in cards * 3:
        tablet.sold(card, 100)
    batch = tablet.batch()
    answers = await asyncio.gather(*(tablet.hand_in(batch) for _ in range(3)))
    assert {outcome for results in answers for outcome in outcomes(results)} == {"applied"}
    assert await bookings(shop) == 12


async def test_a_poison_operation_stops_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    tablet, card, poisoned = await unlocked(shop), await shop.a_card(), await shop.a_card()
    sent: list[QueuedOperation] = [
        tablet.sold(card, 100),
        {"op": "points"},
        {"id": 7},
        {"id": "no\x00letter"},
        tablet.did("points", card, body={"purchase_amount_cents": "much"}),
        tablet.did("points", card, body={"purchase_amount_cents": 5, "surprise": True}),
        tablet.did("points", card, body={"purchase_amount_cents": 5, "notes": "bell\x07"}),
        tablet.did("points", card, occurred_at="yesterday"),
        tablet.did("points", card, seq=2**80),
        tablet.did("points", card, occurred_elapsed_ms=2**53),
        tablet.did("teleport", card),
        tablet.did("points", str(uuid4()), body={"purchase_amount_cents": 5}),
        tablet.sold(poisoned, 100),
        tablet.sold(card, 200),
    ]
    book = Ledger.book

    async def breaks(ledger: Ledger, operation: object, request: object) -> object:
        if str(getattr(request, "card_id", "")) == poisoned["id"]:
            raise ZeroDivisionError
        return await book(ledger, operation, request)  # type: ignore[arg-type]

    monkeypatch.setattr(Ledger, "book", breaks)
    results = await tablet.hand_in(tablet.batch(sent))
    assert outcomes(results) == ["applied", *["refused"] * 11, "review", "applied"]
    assert results[12].reason == "failed"
    codes = [(result.problem or {})["code"] for result in results[1:12]]
    assert codes == [*["validation_failed"] * 9, "unknown_operation", "card_not_found"]
    assert (await shop.anna.show(card))["points_balance"] == 3


async def test_a_refused_operation_stops_only_those_that_name_it(shop: Shop) -> None:
    tablet = await unlocked(shop)
    tablet.did("enroll", local_ref="first", body={"email": "no address"})
    tablet.sold(None, 1000, local_ref="first")
    tablet.did("enroll", local_ref="second", body={"email": f"{uuid4().hex}@example.com", "first_name": "Léa"})
    tablet.sold(None, 1200, local_ref="second")
    tablet.stamped(None, local_ref="second")  # type: ignore[arg-type]
    results = await tablet.hand_in()
    assert outcomes(results) == ["refused", "refused", "applied", "applied", "applied"]
    assert (results[1].problem or {})["code"] == "dependency_refused"
    shown = await shop.anna.show(str(results[2].card_id))
    assert (shown["points_balance"], shown["stamp_count"]) == (12, 1)
    assert results[3].card_id == results[2].card_id


async def test_a_later_batch_names_a_card_of_an_earlier_one(shop: Shop) -> None:
    tablet = await unlocked(shop)
    enrolled = tablet.did("enroll", local_ref="léa", body={"email": f"{uuid4().hex}@example.com"})
    (first,) = await tablet.hand_in()
    sale = tablet.sold(None, 700, local_ref="léa")
    assert outcomes(await tablet.hand_in(tablet.batch([enrolled, sale]))) == ["duplicate", "applied"]
    assert (await shop.anna.show(str(first.card_id)))["points_balance"] == 7


async def test_a_card_is_named_by_its_code(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    tablet.stamped(None, card_code=card["code"].lower())  # type: ignore[arg-type]
    tablet.stamped(None, card_code="BCDF")  # type: ignore[arg-type]
    assert outcomes(await tablet.hand_in()) == ["applied", "refused"]
    assert (await shop.anna.show(card))["stamp_count"] == 1


async def test_a_tablet_takes_back_what_it_booked_itself(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card(points=20)
    sale = tablet.sold(card, 1000)
    tablet.did("void", voids=sale["id"], body={"reason": "Wrong customer"})
    at_till = await shop.anna.earn(card, cents=300)
    tablet.did("void", transaction_id=at_till["transaction"]["id"])
    results = await tablet.hand_in()
    assert outcomes(results) == ["applied", "applied", "review"]
    assert results[2].reason == "not_allowed_offline"
    assert (await shop.anna.show(card))["points_balance"] == 23


async def test_a_redemption_is_not_given_back_offline(shop: Shop) -> None:
    """A stolen tablet would hand out points."""
    tablet, card = await unlocked(shop), await shop.a_card(points=100)
    redeemed = await shop.anna.redeem(card, shop.rewards[100])
    tablet.did("void", transaction_id=redeemed["transaction"]["id"])
    assert reasons(await tablet.hand_in()) == ["not_allowed_offline"]


async def test_one_card_keeps_the_order_of_the_tablet_whatever_the_order_of_the_batch(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    sale = tablet.sold(card, 1000)
    void = tablet.did("void", voids=sale["id"])
    assert outcomes(await tablet.hand_in(tablet.batch([void, sale]))) == ["applied", "applied"]
    assert (await shop.anna.show(card))["points_balance"] == 0


async def test_stamps_of_a_day_are_held_against_the_time_they_were_given(opened: OpenShop) -> None:
    """Not against the minute in which they arrive: cooldown and daily limit are kept as the tablet kept them."""
    shop = await opened(terms={"cooldown_minutes": 60, "max_daily_stamps": 3})
    tablet, card = await unlocked(shop), await shop.a_card()
    clock.move(10 * HOUR)
    for ago in (9, 7, 6.5, 4, 2):
        tablet.stamped(card, ago=ago * HOUR)
    results = await tablet.hand_in()
    assert outcomes(results)[:4] == ["applied", "applied", "review", "applied"]
    assert results[2].reason == "limit"
    assert (results[2].problem or {})["code"] == "stamp_cooldown"


async def test_a_batch_meets_no_limit_of_requests(shop: Shop) -> None:
    """A till may book 60 sales a minute; a batch is one request."""
    tablet, cards = await unlocked(shop), [await shop.a_card() for _ in range(2)]
    for card in cards * 31:
        tablet.sold(card, 100)
    assert set(outcomes(await tablet.hand_in())) == {"applied"}


async def test_a_busy_card_is_sent_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    sale = tablet.sold(card, 1000)

    async def busy(*_: object) -> None:
        raise CardBusy

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "book", busy)
        assert outcomes(await tablet.hand_in()) == ["deferred"]
    assert outcomes(await tablet.hand_in(tablet.batch([sale]))) == ["duplicate"]
    assert await bookings(shop) == 1


async def test_after_twenty_seconds_the_rest_waits_for_the_next_upload(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    tablet.sold(card, 1000)
    batch = tablet.batch()
    with monkeypatch.context() as patch:
        patch.setattr(actions, "SECONDS_MAX", -1)
        assert outcomes(await tablet.hand_in(batch)) == ["deferred"]
    assert outcomes(await tablet.hand_in(batch)) == ["applied"]


async def test_below_the_minimum_a_sale_is_applied_without_a_transaction(opened: OpenShop) -> None:
    shop = await opened(terms={"minimum_purchase_cents": 1000})
    tablet, card = await unlocked(shop), await shop.a_card()
    tablet.sold(card, 999)
    (result,) = await tablet.hand_in()
    assert (result.outcome, result.status, result.transaction_id) == ("applied", 200, None)


async def test_batches_are_each_merchants_own(opened: OpenShop) -> None:
    shop, other = await opened(), await opened()
    tablet, theirs = await unlocked(shop), await other.a_card(points=5)
    (sale,) = (await other.anna.history(theirs, limit=1))["data"]
    tablet.sold(theirs, 1000)
    tablet.did("void", transaction_id=id_of(sale), body={"reason": "Goods returned"})
    results = await tablet.hand_in()
    assert [(result.problem or {})["code"] for result in results] == ["card_not_found"] * 2
    assert (await other.anna.show(theirs))["points_balance"] == 5
    assert await kept(other) == []
