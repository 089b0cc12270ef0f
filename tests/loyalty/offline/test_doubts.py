"""What is in doubt waits for a person, with everything that was sent: it is neither booked nor dropped."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from backend.core.clock import clock
from backend.core.ids import new_id
from backend.core.problems import RateLimited
from backend.devices.simulator.queue import UnlockedGrant, unlock
from backend.loyalty.ledger.models.transactions import Transaction
from backend.loyalty.offline import intake_limits
from backend.loyalty.offline.models import DeviceOperation
from backend.merchants.models import Policy
from backend.staff.models import StoreMember
from backend.staff_pins.grants.actions import end_grant
from backend.staff_pins.grants.models import OfflineGrant, OfflineRules
from backend.staff_pins.models import StaffPin
from tests.conftest import OpenShop
from tests.world.caller import refused
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.tablet_queue import OfflineTablet, a_tablet, outcomes, reasons

PIN, WRONG = "482915", "482916"
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


async def unlocked(shop: Shop, **facts: object) -> OfflineTablet:
    """Anna has typed her PIN."""
    await shop.give_pin("anna", PIN)
    tablet = await a_tablet(shop, **facts)
    await tablet.check_pin("anna", PIN)
    return tablet


def guessing(tablet: OfflineTablet, pin: str = WRONG) -> UnlockedGrant:
    assert tablet.grant is not None
    return unlock(tablet.grant.view, pin)


async def earned(shop: Shop) -> int:
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        counted = select(func.count()).where(Transaction.merchant_id == shop.merchant_id, Transaction.kind == "earned")
        return await session.scalar(counted) or 0


async def waiting(shop: Shop) -> list[DeviceOperation]:
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        rows = select(DeviceOperation).where(
            DeviceOperation.merchant_id == shop.merchant_id, DeviceOperation.state == "review"
        )
        return list(await session.scalars(rows.order_by(DeviceOperation.seq)))


async def annas_pin(shop: Shop) -> StaffPin:
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        row = await session.scalar(select(StaffPin).where(StaffPin.merchant_id == shop.merchant_id))
        assert row is not None
        return row


async def grant_of(shop: Shop) -> OfflineGrant:
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        row = await session.scalar(select(OfflineGrant).where(OfflineGrant.merchant_id == shop.merchant_id))
        assert row is not None
        return row


async def test_a_wrong_pin_is_found_out_by_the_server_only(shop: Shop) -> None:
    """It counts as a wrong attempt, and the operation waits for a person."""
    tablet, card = await unlocked(shop), await shop.a_card()
    tablet.grant = guessing(tablet)
    tablet.sold(card, 1000)
    assert (outcomes(await tablet.hand_in()), await earned(shop)) == (["review"], 0)
    (row,) = await waiting(shop)
    assert (row.reason, row.user_id, row.content and row.content["card_id"]) == (
        "wrong_pin",
        shop.user_ids["anna"],
        card["id"],
    )
    assert (await annas_pin(shop)).wrong_in_a_row == 1
    await tablet.hand_in()
    assert (await annas_pin(shop)).wrong_in_a_row == 1, "counted once"


async def test_a_queue_full_of_guesses_opens_nothing(shop: Shop) -> None:
    """A thief has the tablet and sends one guess after another, the right PIN among them: five are looked at."""
    tablet, card = await unlocked(shop), await shop.a_card()
    right = tablet.grant
    for guess in ("111112", "111113", "111114", "111115", "111116"):
        tablet.grant = guessing(tablet, guess)
        tablet.stamped(card)
    tablet.grant = right
    tablet.stamped(card)
    assert reasons(await tablet.hand_in()) == [*["wrong_pin"] * 5, "pin_locked"]
    tablet.queue = []
    tablet.stamped(card)
    assert reasons(await tablet.hand_in()) == ["pin_locked"], "nor is anything later"
    assert await earned(shop) == 0
    with refused("pin_locked", 403):
        await shop.anna.unlock(PIN)


async def test_four_wrong_and_a_right_one_is_booked(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    right = tablet.grant
    for guess in ("111112", "111113", "111114", "111115"):
        tablet.grant = guessing(tablet, guess)
        tablet.stamped(card)
    tablet.grant = right
    tablet.stamped(card)
    assert outcomes(await tablet.hand_in()) == [*["review"] * 4, "applied"]
    assert (await annas_pin(shop)).wrong_in_a_row == 4, "a right one in the queue forgives no guesses"


async def test_what_is_changed_in_the_queue_does_not_open(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    sent = tablet.sold(card, 1000)
    box = sent["sealed"]
    changed = sent | {"sealed": box[:-2] + ("AA" if box[-2:] != "AA" else "BB")}
    elsewhere = sent | {"id": uuid4().hex}
    assert reasons(await tablet.hand_in(tablet.batch([changed]))) == ["unreadable"]
    assert reasons(await tablet.hand_in(tablet.batch([elsewhere]))) == ["unreadable"]
    assert await earned(shop) == 0
    assert (await annas_pin(shop)).wrong_in_a_row == 0


async def test_under_a_grant_with_a_pin_nothing_comes_unsealed(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    right, tablet.grant = tablet.grant, None
    assert right is not None
    content = tablet.stamped(card)
    sent = content | {"grant_id": str(right.view.id)}
    assert reasons(await tablet.hand_in(tablet.batch([sent]))) == ["unreadable"]


async def test_without_a_grant_nothing_is_booked(shop: Shop) -> None:
    tablet, card = await a_tablet(shop), await shop.a_card()
    content = tablet.stamped(card)
    others = content | {"id": uuid4().hex, "grant_id": str(new_id())}
    assert reasons(await tablet.hand_in(tablet.batch([content, others]))) == ["no_grant", "no_grant"]


async def test_a_grant_belongs_to_its_tablet(shop: Shop) -> None:
    tablet, stolen, card = await unlocked(shop), await a_tablet(shop), await shop.a_card()
    stolen.grant = tablet.grant
    stolen.stamped(card)
    assert reasons(await stolen.hand_in()) == ["no_grant"]


async def test_where_the_policy_asks_for_no_pin_a_grant_still_limits(shop: Shop) -> None:
    await shop.change(Policy, staff_pin_policy="disabled")
    tablet, card = await a_tablet(shop), await shop.a_card()
    await tablet.check_pin("anna", None)
    tablet.sold(card, 500_000)
    tablet.sold(card, 100)
    assert reasons(await tablet.hand_in()) == [None, "grant_exceeded"]
    assert (await shop.anna.show(card))["points_balance"] == 5000


async def test_a_revoked_tablets_queue_books_nothing_and_is_kept(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    tablet.sold(card, 1000)
    tablet.grant = guessing(tablet)
    tablet.sold(card, 1000)
    tablet.is_revoked = True
    assert reasons(await tablet.hand_in()) == ["device_revoked", "device_revoked"]
    assert await earned(shop) == 0
    assert [row.content and row.content["op"] for row in await waiting(shop)] == ["points", "points"]
    assert (await annas_pin(shop)).wrong_in_a_row == 0, "its guesses are not looked at"


async def test_a_grant_is_good_for_its_hours(shop: Shop) -> None:
    await shop.add(
        OfflineRules,
        id=new_id(),
        device_id=None,
        operations=["points"],
        grant_hours=2,
        max_operations=3,
        max_points=50,
        window_hours=72,
    )
    tablet, card = await unlocked(shop), await shop.a_card()
    clock.move(3 * HOUR)
    tablet.sold(card, 1000, ago=HOUR + MINUTE)
    tablet.sold(card, 1000, ago=HOUR - MINUTE)
    tablet.stamped(card, ago=2 * HOUR)
    tablet.sold(card, 4100, ago=2 * HOUR)
    tablet.sold(card, 4000, ago=2 * HOUR)
    tablet.sold(card, 1, ago=2 * HOUR)
    tablet.sold(card, 1, ago=2 * HOUR)
    assert reasons(await tablet.hand_in()) == [
        None,
        "grant_expired",
        "not_allowed_offline",
        "grant_exceeded",
        None,
        None,
        "grant_exceeded",
    ]
    row = await grant_of(shop)
    assert (row.used_operations, row.used_points) == (3, 50)


async def test_after_the_end_of_a_shift_a_grant_is_over(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    assert tablet.grant is not None
    clock.move(HOUR)
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        await end_grant(session, tablet.origin, tablet.grant.view.id)
    clock.move(HOUR)
    tablet.stamped(card, ago=HOUR + MINUTE)
    tablet.sold(card, 100, ago=HOUR - MINUTE)
    assert reasons(await tablet.hand_in()) == [None, "grant_expired"]


async def test_a_changed_pin_ends_the_grants_of_the_one_before(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    clock.move(HOUR)
    await shop.give_pin("anna", "739146")
    clock.move(HOUR)
    tablet.stamped(card, ago=HOUR + MINUTE)
    tablet.sold(card, 100)
    assert reasons(await tablet.hand_in()) == [None, "grant_expired"]


@pytest.mark.parametrize("wrong_by", [-9 * HOUR, -6 * MINUTE, timedelta(0), 9 * HOUR, timedelta(days=9000)], ids=str)
async def test_a_wrong_clock_changes_nothing(shop: Shop, wrong_by: timedelta) -> None:
    """The tablet also says how long it has been on, and what it shows now."""
    tablet, card = await unlocked(shop, wrong_by=wrong_by), await shop.a_card()
    clock.move(3 * HOUR)
    tablet.sold(card, 1000, ago=2 * HOUR)
    tablet.restart()
    clock.move(MINUTE)
    tablet.sold(card, 1000)
    results = await tablet.hand_in()
    assert outcomes(results) == ["applied", "applied"]
    ago = [round((clock.now() - (result.occurred_at_used or clock.now())) / MINUTE) for result in results]
    assert ago == [121, 0]


async def test_a_clock_set_meanwhile_is_noticed_by_the_time_since_the_start(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    clock.move(2 * HOUR)
    tablet.stamped(card, ago=HOUR)
    tablet.wrong_by = 5 * HOUR
    (result,) = await tablet.hand_in()
    assert abs((result.occurred_at_used or clock.now()) - (clock.now() - HOUR)) < SECOND


async def test_what_would_happen_in_the_future_waits(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    tablet.stamped(card, occurred_elapsed_ms=tablet.elapsed(clock.now() + 6 * MINUTE))
    tablet.sold(card, 100, occurred_elapsed_ms=None, occurred_at=(clock.now() + 6 * MINUTE).isoformat())
    tablet.sold(card, 100, occurred_elapsed_ms=None, occurred_at=(clock.now() + 4 * MINUTE).isoformat())
    assert reasons(await tablet.hand_in()) == ["clock", "clock", None]


async def test_age_never_loses_an_operation(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    tablet.stamped(card)
    tablet.sold(card, 100)
    queue = tablet.queue
    clock.move(72 * HOUR - MINUTE)
    assert outcomes(await tablet.hand_in(tablet.batch(queue[:1]))) == ["applied"]
    clock.move(2 * MINUTE)
    results = await tablet.hand_in(tablet.batch(queue[1:]))
    assert (outcomes(results), reasons(results)) == (["review"], ["too_old"])
    assert [row.op for row in await waiting(shop)] == ["points"]


async def test_a_card_that_was_merged_or_deactivated_waits(opened: OpenShop) -> None:
    shop = await opened()
    tablet, kept, merged, off, erased = await unlocked(shop), *[await shop.a_card() for _ in range(4)]
    office = Office.of(shop.claire)
    await office.merge(kept, merged)
    await office.bulk("deactivate", [off])
    await shop.erase(erased)
    for card in (merged, off, erased):
        tablet.sold(card, 100)
    assert reasons(await tablet.hand_in()) == ["card", "card", "card"]


async def test_the_window_is_the_tablets_own_where_it_has_rules(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    rules = {"operations": ["points"], "grant_hours": 12, "max_operations": 9, "max_points": 99}
    await shop.add(OfflineRules, id=new_id(), device_id=None, window_hours=72, **rules)
    await shop.add(OfflineRules, id=new_id(), device_id=tablet.device_id, window_hours=1, **rules)
    clock.move(2 * HOUR)
    tablet.sold(card, 100, ago=HOUR + MINUTE)
    tablet.sold(card, 100, ago=HOUR - MINUTE)
    assert reasons(await tablet.hand_in()) == ["too_old", None]


async def test_what_no_database_takes_is_kept_as_text(shop: Shop) -> None:
    """Without a grant it waits, whatever it contains."""
    tablet, card = await a_tablet(shop), await shop.a_card()
    poisons = [{"notes": "bell\x00"}, {"purchase_amount_cents": 10**40}]
    sent = [tablet.did("points", card, body=body) for body in poisons]
    sent.append({"id": uuid4().hex, "sealed": "AQ", "x": "\x00"})
    beginning = "0001-01-01T00:00:00+14:00"
    body = {"purchase_amount_cents": 5}
    sent.append(tablet.did("points", card, body=body, occurred_at=beginning, occurred_elapsed_ms=None))
    assert reasons(await tablet.hand_in(tablet.batch(sent))) == ["no_grant", "no_grant", "unreadable", "no_grant"]
    assert ["as_sent" in (row.content or {}) for row in await waiting(shop)].count(True) == 2


async def test_who_may_not_void_online_may_not_offline(shop: Shop) -> None:
    await shop.change(StoreMember, permissions=["loyalty.manage_cards"])
    tablet, card = await unlocked(shop), await shop.a_card()
    sale = tablet.sold(card, 100)
    tablet.did("void", voids=sale["id"])
    assert reasons(await tablet.hand_in()) == [None, "not_allowed_offline"]


async def test_what_a_person_may_not_do_any_more_waits(shop: Shop) -> None:
    """Nobody noted when the right was taken away: before or after it was done."""
    tablet, card = await unlocked(shop), await shop.a_card()
    sale = tablet.sold(card, 1000)
    assert outcomes(await tablet.hand_in()) == ["applied"]
    await shop.change(StoreMember, permissions=["loyalty.manage_cards"])
    void = tablet.did("void", voids=sale["id"], body={"reason": "Wrong"})
    assert reasons(await tablet.hand_in(tablet.batch([void, tablet.sold(card, 700)]))) == ["person", None]
    await shop.change(StoreMember, permissions=["loyalty.view_programs"])
    assert reasons(await tablet.hand_in(tablet.batch([tablet.sold(card, 900)]))) == ["person"]
    assert await earned(shop) == 2


async def test_a_tablet_that_was_moved_books_for_people_of_its_store_only(shop: Shop) -> None:
    tablet, card = await unlocked(shop), await shop.a_card()
    tablet.store = shop.outlet
    tablet.sold(card, 1000)
    assert reasons(await tablet.hand_in()) == ["person"]


async def test_a_stolen_tablet_does_not_bury_the_shop_in_what_waits(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_limits, "WAITING_MAX", 3)
    tablet, card = await unlocked(shop), await shop.a_card()
    tablet.is_revoked = True
    for _ in range(3):
        tablet.sold(card, 1000)
    batch = tablet.batch()
    assert outcomes(await tablet.hand_in(batch)) == ["review"] * 3
    with pytest.raises(RateLimited):
        await tablet.hand_in(tablet.batch([tablet.sold(card, 1000)]))
    assert len(await waiting(shop)) == 3
    assert outcomes(await tablet.hand_in(batch)) == ["review"] * 3


async def test_no_tablet_hands_in_more_within_an_hour_than_a_shop_does_in_days(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_limits, "HOURLY_MAX", 2)
    tablet, card = await unlocked(shop), await shop.a_card()
    for _ in range(2):
        tablet.sold(card, 1000)
    assert outcomes(await tablet.hand_in()) == ["applied"] * 2
    further = tablet.batch([tablet.sold(card, 1000)])
    with pytest.raises(RateLimited):
        await tablet.hand_in(further)
    clock.move(HOUR + SECOND)
    assert outcomes(await tablet.hand_in(further)) == ["applied"]


async def test_an_operation_longer_or_deeper_than_any_app_writes_is_not_kept_and_stops_no_other(shop: Shop) -> None:
    """What a thread reads may be too deep to be written with more calls open; in the review it would break the page."""
    tablet, card = await unlocked(shop), await shop.a_card()
    deep: list[object] = []
    for _ in range(40):
        deep = [deep]
    tablet.sold(card, 1000, body={"notes": "x" * 20_000})
    tablet.stamped(card, further=deep)
    tablet.sold(card, 700)
    results = await tablet.hand_in()
    assert [(result.problem or {}).get("code") for result in results] == ["payload_too_large"] * 2 + [None]
    assert outcomes(results) == ["refused", "refused", "applied"]
    assert await waiting(shop) == []
