"""A person decides what waits: it is booked as if it had come in time, or dismissed. Once."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from backend.access.problems import Forbidden
from backend.audit.models import AuditEntry
from backend.core.clock import clock
from backend.core.ids import new_id
from backend.devices.simulator.queue import unlock
from backend.loyalty.fraud_limits.models import FraudLimit
from backend.loyalty.ledger.models.transactions import Transaction
from backend.loyalty.ledger.problems.bookings import StampCooldown
from backend.loyalty.ledger.problems.limits import LimitReached, OverrideRefused
from backend.loyalty.offline import actions
from backend.loyalty.offline.models import DeviceOperation
from backend.loyalty.offline.problems import AlreadyDecided, CannotBeBooked, OperationNotFound
from backend.loyalty.offline.review.rights import ReviewRights
from backend.loyalty.offline.schemas.review import ReviewItem, ReviewOutcome
from tests.conftest import OpenShop
from tests.loyalty.offline.deciding import decide, review_of
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.tablet_queue import OfflineTablet, a_tablet, outcomes, reasons

PIN = "482915"
HOUR = timedelta(hours=1)


async def unlocked(shop: Shop) -> OfflineTablet:
    """Anna has typed her PIN."""
    await shop.give_pin("anna", PIN)
    tablet = await a_tablet(shop)
    await tablet.check_pin("anna", PIN)
    return tablet


async def late(shop: Shop, tablet: OfflineTablet, *cards: object) -> list[ReviewItem]:
    """A sale of each card over 10 euros, handed in too late."""
    for card in cards:
        tablet.sold(card, 1000)  # type: ignore[arg-type]
    clock.move(80 * HOUR)
    assert set(reasons(await tablet.hand_in())) == {"too_old"}
    return (await review_of(shop)).data


async def transaction(shop: Shop, outcome: ReviewOutcome) -> Transaction:
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        return await session.get_one(Transaction, (shop.merchant_id, outcome.transaction_id))


async def test_what_waits_is_shown_with_all_that_was_sent(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card(first_name="Marie", last_name="Weber")
    (item,) = await late(shop, tablet, card)
    assert (item.device_name, item.store_code, item.staff_name) == ("Counter", shop.hub, "Anna")
    assert (item.customer_name, item.purchase_amount_cents, item.op) == ("Marie Weber", 1000, "points")
    assert (item.reason, item.explanation) == ("too_old", "It arrived too long after it happened.")
    assert item.content is not None
    assert item.content["body"] == {"purchase_amount_cents": 1000}
    assert item.can_be_booked


async def test_booked_it_counts_from_when_it_happened(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    (item,) = await late(shop, tablet, card)
    outcome = await decide(shop, item, "book", reason="The receipt is there")
    assert (await shop.anna.show(card))["points_balance"] == 10
    row = await transaction(shop, outcome)
    assert (row.device_id, row.user_id, row.store_id) == (
        tablet.device_id,
        shop.user_ids["claire"],
        shop.store_ids[shop.hub],
    )
    assert clock.now() - row.occurred_at >= 80 * HOUR
    assert (await review_of(shop)).waiting_count == 0


async def test_the_decision_is_audited_and_what_was_sent_is_forgotten(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    (item,) = await late(shop, tablet, card)
    await decide(shop, item, "dismiss", reason="Typed twice")
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        of_it = select(AuditEntry).where(AuditEntry.merchant_id == shop.merchant_id, AuditEntry.subject_id == item.id)
        entry = (await session.scalars(of_it)).one()
        row = await session.get_one(DeviceOperation, (shop.merchant_id, item.id))
    assert (entry.action, entry.user_name, entry.reason) == ("device.operation_decided", "Claire", "Typed twice")
    assert (row.state, row.content, row.decision_reason) == ("dismissed", None, "Typed twice")
    assert (await shop.anna.show(card))["points_balance"] == 0


async def test_the_tablet_hears_what_was_decided(shop: Shop) -> None:
    tablet, cards = await unlocked(shop), [await shop.a_card() for _ in range(2)]
    booked, dismissed = await late(shop, tablet, *cards)
    outcome = await decide(shop, booked, "book")
    await decide(shop, dismissed, "dismiss")
    first, second = await tablet.hand_in()
    assert (first.outcome, first.transaction_id) == ("duplicate", outcome.transaction_id)
    assert (second.outcome, (second.problem or {})["code"]) == ("refused", "operation_dismissed")


async def test_two_people_decide_once(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    (item,) = await late(shop, tablet, card)
    decided = await asyncio.gather(*(decide(shop, item, "book") for _ in range(3)))
    assert len({outcome.transaction_id for outcome in decided}) == 1
    with pytest.raises(AlreadyDecided):
        await decide(shop, item, "dismiss")
    assert (await shop.anna.show(card))["points_balance"] == 10


async def test_what_a_person_booked_the_same_call_online_does_not_book_again(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    (item,) = await late(shop, tablet, card)
    await decide(shop, item, "book")
    again = await tablet.sell_online(card, 1000, item.operation_id)
    assert again["card"]["points_balance"] == 10


async def test_a_limit_holds_unless_the_decider_lifts_it(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    limit = {"scope": "card", "measure": "earns", "window_minutes": 44_640, "maximum": 0}
    await shop.add(FraudLimit, id=new_id(), **limit)
    tablet.sold(card, 1000)
    assert reasons(await tablet.hand_in()) == ["limit"]
    (item,) = (await review_of(shop)).data
    with pytest.raises(LimitReached):
        await decide(shop, item, "book")
    with pytest.raises(OverrideRefused):
        await decide(shop, item, "book", override=True, may_override=False)
    outcome = await decide(shop, item, "book", override=True)
    assert (await transaction(shop, outcome)).override_user_id == shop.user_ids["claire"]


async def test_a_stamp_within_the_cooldown_stands_when_the_decider_says_so(opened: OpenShop) -> None:
    shop = await opened(terms={"cooldown_minutes": 60})
    tablet, card = await unlocked(shop), await shop.a_card()
    tablet.stamped(card)
    tablet.stamped(card)
    assert reasons(await tablet.hand_in()) == [None, "limit"]
    (item,) = (await review_of(shop)).data
    with pytest.raises(StampCooldown):
        await decide(shop, item, "book")
    await decide(shop, item, "book", override=True)
    assert (await shop.anna.show(card))["stamp_count"] == 2


async def test_a_sale_of_a_merged_card_is_booked_on_the_one_that_goes_on(shop: Shop) -> None:
    tablet, kept, merged = await unlocked(shop), await shop.a_card(), await shop.a_card()
    await Office.of(shop.claire).merge(kept, merged)
    tablet.sold(merged, 1000)
    assert reasons(await tablet.hand_in()) == ["card"]
    (item,) = (await review_of(shop)).data
    outcome = await decide(shop, item, "book")
    assert str(outcome.card_id) == kept["id"]


async def test_an_enrollment_and_what_belongs_to_it_are_booked_one_after_the_other(shop: Shop) -> None:
    tablet = await unlocked(shop)
    right = tablet.grant
    assert right is not None
    tablet.grant = unlock(right.view, "111112")
    tablet.did("enroll", local_ref="léa", body={"email": f"{uuid4().hex}@example.com"})
    tablet.grant = right
    tablet.sold(None, 700, local_ref="léa")
    assert reasons(await tablet.hand_in()) == ["wrong_pin", "depends"]
    enrolled, sale = (await review_of(shop)).data
    card = await decide(shop, enrolled, "book")
    await decide(shop, sale, "book")
    assert (await shop.anna.show(str(card.card_id)))["points_balance"] == 7


async def test_what_cannot_be_read_can_only_be_dismissed(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    sent = tablet.sold(card, 1000)
    await tablet.hand_in(tablet.batch([sent | {"sealed": "AQ"}]))
    (item,) = (await review_of(shop)).data
    assert (item.reason, item.can_be_booked) == ("unreadable", False)
    with pytest.raises(CannotBeBooked):
        await decide(shop, item, "book")
    assert (await decide(shop, item, "dismiss")).state == "dismissed"


async def test_an_upload_that_was_never_finished_waits_after_ten_minutes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    tablet.sold(card, 1000)
    monkeypatch.setattr(actions, "SECONDS_MAX", -1)
    assert outcomes(await tablet.hand_in()) == ["deferred"]
    clock.move(timedelta(minutes=9))
    assert (await review_of(shop)).waiting_count == 0
    clock.move(timedelta(minutes=2))
    (item,) = (await review_of(shop)).data
    assert item.reason == "unfinished"
    await decide(shop, item, "book")
    assert (await shop.anna.show(card))["points_balance"] == 10


async def test_nobody_dismisses_what_the_tablet_has_booked_at_this_moment(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was cut off and waits for a person, when the tablet sends it again."""
    tablet, card = await unlocked(shop), await shop.a_card()
    batch = tablet.batch([tablet.sold(card, 1000)])
    with monkeypatch.context() as patch:
        patch.setattr(actions, "SECONDS_MAX", -1)
        await tablet.hand_in(batch)
        clock.move(timedelta(minutes=11))
        (item,) = (await review_of(shop)).data
        assert outcomes(await tablet.hand_in(batch)) == ["deferred"]
    with pytest.raises(OperationNotFound):
        await decide(shop, item, "dismiss")
    assert outcomes(await tablet.hand_in(batch)) == ["applied"]
    assert (await shop.anna.show(card))["points_balance"] == 10


async def test_each_store_decides_about_its_own_tablets(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    (item,) = await late(shop, tablet, card)
    outlet = [shop.store_ids[shop.outlet]]
    assert (await review_of(shop, outlet)).data == []
    with pytest.raises(OperationNotFound):
        await decide(shop, item, "dismiss", rights=ReviewRights(outlet))
    assert (await review_of(shop, [shop.store_ids[shop.hub]])).waiting_count == 1


async def test_who_looks_after_tablets_gives_no_points_unless_they_serve_customers(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    (item,) = await late(shop, tablet, card)
    hub = [shop.store_ids[shop.hub]]
    rights = ReviewRights(devices=hub, cards=[])
    assert not (await review_of(shop, hub, cards=[])).data[0].can_be_booked
    with pytest.raises(Forbidden) as caught:
        await decide(shop, item, "book", rights=rights)
    assert caught.value.facts["permission"] == "loyalty.manage_cards"
    assert (await decide(shop, item, "dismiss", rights=rights)).state == "dismissed"


async def test_who_may_not_void_takes_nothing_back_by_a_decision_either(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    sale = await shop.anna.earn(card, cents=1000)
    tablet.did("void", transaction_id=sale["transaction"]["id"], body={"reason": "Wrong"})
    assert reasons(await tablet.hand_in()) == ["not_allowed_offline"]
    (item,) = (await review_of(shop)).data
    with pytest.raises(Forbidden) as caught:
        await decide(shop, item, "book", rights=ReviewRights(voids=[]))
    assert caught.value.facts["permission"] == "loyalty.void_transactions"
    assert (await shop.anna.show(card))["points_balance"] == 10


async def test_many_decisions_at_once_leave_the_others_their_connections(shop: Shop) -> None:
    """More at once than the process has connections, and each of these needs two."""
    tablet = await unlocked(shop)
    for _ in range(6):
        tablet.did("enroll", body={"email": f"{uuid4().hex}@example.com"})
    clock.move(80 * HOUR)
    assert set(reasons(await tablet.hand_in())) == {"too_old"}
    items = (await review_of(shop)).data
    decided = await asyncio.gather(*(decide(shop, item, "book") for item in items))
    assert len({outcome.card_id for outcome in decided}) == 6


async def test_a_long_list_has_pages(shop: Shop) -> None:
    tablet, cards = await unlocked(shop), [await shop.a_card() for _ in range(3)]
    await late(shop, tablet, *cards)
    first = await review_of(shop, limit=2)
    second = await review_of(shop, limit=2, after=first.next_cursor)
    assert [len(first.data), len(second.data), first.waiting_count] == [2, 1, 3]
    assert not second.has_more
