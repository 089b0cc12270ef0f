"""Customers with whom somebody tries Orion out: marked by the owner, and left out of what people count."""

from tests.world.caller import Json, refused
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import Card


async def mark(shop: Shop, card: Card, *, is_test: bool = True) -> Json:
    path = f"/merchant/loyalty/customers/{card['customer']['id']}/test-mark"
    customer: Json = await shop.claire.ask("PUT", path, json={"is_test": is_test})
    return customer


async def test_the_owner_marks_a_customer_and_the_till_knows_it(shop: Shop) -> None:
    card = await shop.a_card(first_name="Probe")
    assert card["customer"]["is_test"] is False
    assert (await mark(shop, card))["is_test"] is True
    assert (await shop.anna.show(card))["customer"]["is_test"] is True
    assert (await mark(shop, card, is_test=False))["is_test"] is False
    assert (await shop.anna.show(card))["customer"]["is_test"] is False


async def test_each_change_of_the_mark_is_in_the_audit_once(shop: Shop) -> None:
    card = await shop.a_card()
    for is_test in (True, True, False):
        await mark(shop, card, is_test=is_test)
    entries = (await shop.claire.get("/merchant/audit", params={"action": "customer.test_mark_changed"}))["data"]
    assert [entry["subject"] for entry in entries] == [card["customer"]["id"]] * 2


async def test_an_unknown_customer_cannot_be_marked(shop: Shop) -> None:
    with refused("customer_not_found", 404):
        await mark(shop, {"customer": {"id": str(shop.merchant_id)}})


async def test_test_cards_count_in_no_figure_of_the_day(shop: Shop) -> None:
    real, probe = await shop.a_card(points=30), await shop.a_card(points=500)
    await shop.anna.stamp(probe)
    before = (await Office.of(shop.claire).today())["figures"]
    assert (before["active_cards"], before["points_issued"], before["stamps_issued"]) == (2, 530, 1)
    await mark(shop, probe)
    figures = (await Office.of(shop.claire).today())["figures"]
    assert (figures["active_cards"], figures["new_cards"]) == (1, 1)
    assert (figures["points_issued"], figures["stamps_issued"]) == (30, 0)
    await mark(shop, real)
    assert set((await Office.of(shop.claire).today())["figures"].values()) == {0}


async def test_a_test_customers_consent_counts_for_no_marketing(shop: Shop) -> None:
    await shop.a_card(accept_marketing=True)
    probe = await shop.a_card(accept_marketing=True)
    counted = "/merchant/loyalty/marketing-plan"
    assert (await shop.claire.get(counted))["consented_count"] == 2
    await mark(shop, probe)
    assert (await shop.claire.get(counted))["consented_count"] == 1
