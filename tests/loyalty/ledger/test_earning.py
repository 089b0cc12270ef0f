"""Points for sales."""

from tests.world.shop import Shop


async def test_a_sale_of_25_50_earns_25_points(shop: Shop) -> None:
    card = await shop.a_card()
    booked = await shop.anna.earn(card, cents=2550)
    assert booked["points_earned"] == 25
    assert booked["card"]["points_balance"] == 25


async def test_two(shop: Shop) -> None:
    card = await shop.a_card(points=20, stamps=3)
    assert card["points_balance"] == 20
    assert card["stamp_count"] == 3
