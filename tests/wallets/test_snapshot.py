"""What a pass has to show."""

from datetime import timedelta
from uuid import UUID

from backend.core.clock import clock
from backend.services import Services
from backend.wallets.ports import CardSnapshot
from backend.wallets.snapshot import find_snapshot
from tests.conftest import OpenShop
from tests.world.shop import Shop
from tests.world.till import Card


async def shown(services: Services, shop: Shop, card: Card) -> CardSnapshot:
    async with services.sessions.committing(shop.merchant_id) as session:
        found = await find_snapshot(session, services.links, shop.merchant_id, UUID(card["id"]), clock.now())
    assert found is not None
    return found


async def test_a_pass_shows_what_the_till_shows(services: Services, opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 30})
    card = await shop.a_card(points=120, stamps=3, first_name="Marie", last_name="Weber", language="fr")
    told, pass_ = await shop.anna.show(card), await shown(services, shop, card)
    assert (pass_.points_balance, pass_.stamp_count) == (told["points_balance"], told["stamp_count"]) == (120, 3)
    assert (pass_.code, pass_.page_url) == (told["code"], told["page_url"])
    assert (pass_.customer_name, pass_.language, pass_.state) == ("Marie Weber", "fr", "active")
    assert pass_.next_expiry_points == told["next_expiry"]["points"] == 120
    assert pass_.next_expiry_at is not None
    assert pass_.next_expiry_at.isoformat()[:16] == told["next_expiry"]["expires_at"][:16]
    assert sorted(pass_.program.stores) == sorted(store["name"] for store in told["works_at"])
    assert not pass_.reward_ready


async def test_every_booking_raises_the_version(services: Services, shop: Shop) -> None:
    card = await shop.a_card()
    before = await shown(services, shop, card)
    await shop.anna.earn(card, cents=100)
    after = await shown(services, shop, card)
    assert after.version > before.version


async def test_points_are_gone_the_instant_they_expire_whether_or_not_it_is_booked(
    services: Services, opened: OpenShop
) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 1})
    card = await shop.a_card(points=50)
    assert (await shown(services, shop, card)).points_balance == 50
    clock.move(timedelta(days=3))
    later = await shown(services, shop, card)
    assert (later.points_balance, later.next_expiry_at, later.next_expiry_points) == (0, None, 0)


async def test_somebody_elses_booking_changes_nothing_on_a_pass(services: Services, opened: OpenShop) -> None:
    """Not even by the last piece of a reward, because the other cards would not be pushed."""
    shop = await opened(rewards=[{"points_required": 10, "stock": 1}, {"points_required": 500}])
    card, other = await shop.a_card(), await shop.a_card(points=10)
    before = await shown(services, shop, card)
    await shop.anna.redeem(other, shop.rewards[10])
    assert await shown(services, shop, card) == before


async def test_the_next_reward_is_the_cheapest_out_of_reach_and_else_the_dearest(
    services: Services, shop: Shop
) -> None:
    for points, needed in ((0, 100), (100, 500), (600, 500)):
        assert (await shown(services, shop, await shop.a_card(points=points))).next_reward_points == needed


async def test_a_pass_is_as_far_from_the_next_reward_as_the_till_says(services: Services, shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    await shop.anna.redeem(card, shop.rewards[100])
    told, pass_ = (await shop.claire.void(sale))["card"], await shown(services, shop, card)
    assert told["debt_points"] == 100
    assert pass_.missing_points == min(reward["missing_points"] for reward in told["rewards"]) == 200


async def test_a_program_without_rewards_promises_none(services: Services, opened: OpenShop) -> None:
    shop = await opened(rewards=[])
    pass_ = await shown(services, shop, await shop.a_card(points=5))
    assert (pass_.next_reward, pass_.next_reward_points) == (None, 0)


async def test_a_full_stamp_card_is_ready(services: Services, opened: OpenShop) -> None:
    shop = await opened(terms={"stamps_target": 2})
    assert (await shown(services, shop, await shop.a_card(stamps=2))).reward_ready


async def test_nothing_personal_is_left_of_an_erased_card(services: Services, shop: Shop) -> None:
    card = await shop.a_card(points=70, first_name="Marie")
    await shop.erase(card)
    pass_ = await shown(services, shop, card)
    assert (pass_.customer_name, pass_.points_balance, pass_.is_live) == (None, 0, False)


async def test_another_merchants_card_is_not_there(services: Services, opened: OpenShop) -> None:
    mine, theirs = await opened(), await opened()
    card = await theirs.a_card()
    async with services.sessions.committing(mine.merchant_id) as session:
        card_id = UUID(card["id"])
        assert await find_snapshot(session, services.links, mine.merchant_id, card_id, clock.now()) is None
