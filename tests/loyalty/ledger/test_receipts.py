"""The number of a receipt: whose it is, how it is compared, when it is free again, and what a return of it would do."""

from typing import Any

import pytest

from backend.loyalty.cards.code import show
from backend.loyalty.ledger.receipts import fold_reference
from backend.merchants.models import Policy
from backend.staff.models import StoreMember
from tests.conftest import OpenShop
from tests.world.caller import Json, new_key, refused
from tests.world.office import Office
from tests.world.shop import Shop


@pytest.mark.parametrize(
    "written",
    [
        "r-2026-4711",
        "R 2026 4711",
        "#R-2026-4711",
        "R20264711",
        "R–2026—4711",
        "R‑2026‑4711",
        "Ｒ−2026\u200b−4711",
        "]C1R-2026-4711",
        "]E0r20264711\t",
        "\ufeff]Q3R 2026 4711",
    ],
)
def test_one_number_however_it_is_written(written: str) -> None:
    assert fold_reference(written) == fold_reference("R-2026-4711")


def test_other_numbers_stay_others() -> None:
    numbers = ["R-1", "R-10", "R-01", "R/1", "R.1", "S-1", "1", "C1R-1", "]C1"]
    assert len({fold_reference(number) for number in numbers}) == len(numbers)


async def test_the_same_receipt_written_otherwise_is_booked_once_and_found_again(shop: Shop) -> None:
    card = await shop.a_card()
    await shop.anna.earn(card, cents=1000, order_reference="R-2026-4711")
    for written in ("r-2026-4711", "#R 2026 4711"):
        with refused("order_reference_used", 409):
            await shop.anna.earn(card, cents=1000, order_reference=written)
    back = await shop.anna.return_order("# r 2026–4711")
    assert back["card"]["points_balance"] == 0


async def test_a_receipt_scanned_in_the_morning_and_typed_in_the_afternoon_is_one(shop: Shop) -> None:
    card = await shop.a_card()
    await shop.anna.earn(card, cents=1000, order_reference="]C1R-2026-4711\t")
    with refused("order_reference_used", 409):
        await shop.anna.earn(card, cents=1000, order_reference="R-2026-4711")
    seen = await shop.anna.preview_return("]C1R-2026-4711")
    assert (seen["order_reference"], seen["customer"]) == ("R-2026-4711", card["customer"]["name"])
    assert (await shop.anna.return_order("r 2026 4711"))["card"]["points_balance"] == 0


async def test_signs_alone_are_no_number(shop: Shop) -> None:
    with refused("validation_failed", 422):
        await shop.anna.earn(await shop.a_card(), cents=1000, order_reference="#-")


async def test_a_receipt_whose_sale_was_taken_back_whole_may_be_booked_again_and_returned_again(shop: Shop) -> None:
    """The cashier had the wrong customer: undo, then the same receipt on the right card."""
    wrong, right = await shop.a_card(), await shop.a_card()
    await shop.anna.void(await shop.anna.earn(wrong, cents=2000, order_reference="R-9"))
    await shop.anna.earn(right, cents=2000, order_reference="R-9")
    back = await shop.anna.return_order("R-9")
    assert (back["card"]["id"], back["card"]["points_balance"]) == (right["id"], 0)
    with refused("already_void", 409):
        await shop.anna.return_order("R-9")
    assert (await shop.anna.earn(right, cents=2000, order_reference="R-9"))["points_earned"] == 20


async def test_a_receipt_returned_in_part_is_still_in_use(shop: Shop) -> None:
    card = await shop.a_card()
    await shop.anna.earn(card, cents=2000, order_reference="R-9")
    await shop.anna.return_order("R-9", amount_cents=1999)
    with refused("order_reference_used", 409):
        await shop.anna.earn(card, cents=2000, order_reference="R-9")
    await shop.anna.return_order("R-9", amount_cents=1)
    await shop.anna.earn(card, cents=2000, order_reference="R-9")


async def test_the_receipt_of_a_redemption_taken_back_is_free_for_another(shop: Shop) -> None:
    card = await shop.a_card(points=200)
    booked = await shop.anna.redeem(card, shop.rewards[100], order_reference="R-9")
    with refused("order_reference_used", 409):
        await shop.anna.redeem(card, shop.rewards[100], order_reference="R-9")
    await shop.anna.void(booked)
    await shop.anna.redeem(card, shop.rewards[100], order_reference="R-9")
    assert (await shop.anna.return_order("R-9"))["card"]["points_balance"] == 200


async def test_a_receipt_returned_here_is_not_looked_for_at_the_sister_store(shop: Shop) -> None:
    mine, theirs = await shop.a_card(), await shop.a_card()
    await shop.anna.earn(mine, cents=1000, order_reference="R-1")
    await shop.luc.earn(theirs, cents=2000, order_reference="R-1")
    await shop.anna.return_order("R-1")
    with refused("already_void", 409):
        await shop.anna.return_order("R-1")
    assert (await shop.luc.show(theirs))["points_balance"] == 20


async def test_a_receipt_over_two_cards_is_refused_with_their_names_and_nothing_moves(shop: Shop) -> None:
    """She collected the points, he redeemed his reward: half a return would look like a whole one."""
    hers = await shop.anna.enroll("eva@example.com", first_name="Eva", last_name="Braun")
    his = await shop.a_card(points=100, first_name="שרה")
    sale = await shop.anna.earn(hers, cents=4000, order_reference="R-1")
    reward = await shop.anna.redeem(his, shop.rewards[100], order_reference="R-1")
    for ask in (shop.anna.return_order, shop.anna.preview_return):
        with refused("order_on_several_cards", 409) as said:
            await ask("R-1")
        assert {card["card_id"] for card in said[0]["cards"]} == {hers["id"], his["id"]}
        assert "Eva Braun" in said[0]["detail"]
        assert f"\u2068שרה\u2069 ({show(his['code'])})" in said[0]["detail"]
    assert (await shop.anna.show(hers))["points_balance"] == 40
    await shop.anna.void(sale)
    back = await shop.anna.return_order("R-1")
    assert (back["card"]["id"], back["card"]["points_balance"]) == (his["id"], 100)
    assert back["transactions"][0]["voids_id"] == reward["transaction"]["id"]


async def test_a_receipt_over_two_cards_that_became_one_is_returned_whole(shop: Shop) -> None:
    kept, other = await shop.a_card(points=100), await shop.a_card()
    await shop.anna.earn(other, cents=4000, order_reference="R-1")
    await shop.anna.redeem(kept, shop.rewards[100], order_reference="R-1")
    await Office.of(shop.claire).merge(kept, other)
    back = await shop.anna.return_order("R-1")
    assert sorted(line["amount"] for line in back["transactions"]) == [-40, 100]


async def test_a_return_is_shown_before_it_books_whose_and_how_much(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    reward = await shop.anna.redeem(card, shop.rewards[100], order_reference="R-1")
    sale = await shop.anna.earn(card, cents=4000, order_reference="R-1")
    seen = await shop.anna.preview_return("r 1")
    assert (seen["order_reference"], seen["customer"], seen["code"]) == ("R-1", card["customer"]["name"], card["code"])
    assert (seen["points"], seen["stamps"], seen["card"]["points_balance"]) == (60, 0, 100)
    redeemed, sold = seen["lines"]
    assert (redeemed["transaction_id"], redeemed["reward"], redeemed["returning_quantity"]) == (
        reward["transaction"]["id"], "Voucher", 1,
    )  # fmt: skip
    assert (sold["transaction_id"], sold["purchase_amount_cents"], sold["returning_cents"], sold["store"]) == (
        sale["transaction"]["id"], 4000, 4000, shop.hub,
    )  # fmt: skip
    assert (await shop.anna.show(card))["points_balance"] == 40
    part = await shop.anna.preview_return("R-1", amount_cents=1500)
    assert (part["points"], part["lines"][0]["returning_cents"]) == (-15, 1500)
    back = await shop.anna.return_order("R-1")
    assert back["card"]["points_balance"] == seen["card"]["points_balance"]


def shown(preview: dict[str, Any]) -> list[str]:
    return [line["transaction_id"] for line in preview["lines"]]


async def test_a_receipt_that_moved_to_another_customer_since_it_was_shown_is_not_taken_back_from_them(
    shop: Shop,
) -> None:
    """Between the look and the reason another till has put the sale on the right card."""
    marie, jean = await shop.a_card(), await shop.a_card()
    sale = await shop.anna.earn(marie, cents=2000, order_reference="R-9")
    seen = shown(await shop.anna.preview_return("R-9"))
    await shop.luc.void(sale)
    with refused("already_void", 409):
        await shop.anna.return_order("R-9", transaction_ids=seen)
    await shop.anna.earn(jean, cents=2000, order_reference="R-9")
    parts: list[Json] = [{}, {"amount_cents": 500}]
    for part in parts:
        with refused("order_changed", 409):
            await shop.anna.return_order("R-9", transaction_ids=seen, **part)
    assert (await shop.anna.show(jean))["points_balance"] == 20
    now = shown(await shop.anna.preview_return("R-9"))
    back = await shop.anna.return_order("R-9", transaction_ids=now)
    assert (back["card"]["id"], back["card"]["points_balance"]) == (jean["id"], 0)


async def test_a_receipt_of_which_a_part_was_taken_back_since_it_was_shown_is_shown_first(shop: Shop) -> None:
    card, key = await shop.a_card(points=100), new_key()
    await shop.anna.earn(card, cents=4000, order_reference="R-1")
    reward = await shop.anna.redeem(card, shop.rewards[100], order_reference="R-1")
    seen = shown(await shop.anna.preview_return("R-1"))
    await shop.luc.void(reward)
    with refused("order_changed", 409):
        await shop.anna.return_order("R-1", transaction_ids=seen, key=key)
    left = shown(await shop.anna.preview_return("R-1"))
    first = await shop.anna.return_order("R-1", transaction_ids=left, key=key)
    assert await shop.anna.return_order("R-1", transaction_ids=left, key=key) == first


async def test_looking_refuses_what_the_return_would_refuse(shop: Shop) -> None:
    card = await shop.a_card()
    await shop.anna.earn(card, cents=4000, order_reference="R-1")
    with refused("not_found", 404):
        await shop.anna.preview_return("R-404")
    with refused("return_exceeds_sale", 409):
        await shop.anna.preview_return("R-1", amount_cents=4001)
    await shop.anna.return_order("R-1")
    with refused("already_void", 409):
        await shop.anna.preview_return("R-1")
    await shop.change(Policy, allow_void_transactions=False)
    with refused("void_not_allowed", 403):
        await shop.anna.preview_return("R-1")
    await shop.change(StoreMember, permissions=["loyalty.manage_cards", "loyalty.view_programs"])
    with refused("forbidden", 403):
        await shop.anna.preview_return("R-1")


async def test_where_stores_are_kept_apart_looking_tells_nothing_of_the_other_store(opened: OpenShop) -> None:
    shop = await opened(policy={"allow_cross_location_redemption": False})
    await shop.anna.earn(await shop.a_card(), cents=4000, order_reference="R-1")
    with refused("card_not_found", 404):
        await shop.luc.preview_return("R-1")


async def test_where_stores_are_kept_apart_a_receipt_over_two_cards_names_nobody_to_the_other_store(
    opened: OpenShop,
) -> None:
    shop = await opened(policy={"allow_cross_location_redemption": False})
    await shop.anna.earn(await shop.a_card(), cents=4000, order_reference="R-1")
    await shop.anna.redeem(await shop.a_card(points=100), shop.rewards[100], order_reference="R-1")
    await _sees_nobody(shop)
    with refused("order_on_several_cards", 409):
        await shop.anna.preview_return("R-1")


async def test_stores_kept_apart_since_a_while_name_nobody_beside_a_card_from_before(opened: OpenShop) -> None:
    """The first card is still everybody's; the later one is the hub's alone."""
    shop = await opened()
    everywhere = await shop.a_card()
    await shop.change(Policy, allow_cross_location_redemption=False)
    await shop.anna.earn(everywhere, cents=4000, order_reference="R-1")
    await shop.anna.redeem(await shop.a_card(points=100), shop.rewards[100], order_reference="R-1")
    assert (await shop.luc.show(everywhere))["id"] == everywhere["id"]
    await _sees_nobody(shop)


async def _sees_nobody(shop: Shop) -> None:
    for ask in (shop.luc.preview_return, shop.luc.return_order):
        with refused("card_not_found", 404) as said:
            await ask("R-1")
        assert {"cards", "customers"}.isdisjoint(said[0].facts)


async def test_where_loyalty_is_switched_off_a_receipt_over_two_cards_names_nobody(shop: Shop) -> None:
    await shop.anna.earn(await shop.a_card(), cents=4000, order_reference="R-1")
    await shop.anna.redeem(await shop.a_card(points=100), shop.rewards[100], order_reference="R-1")
    await shop.switch_loyalty(is_enabled=False)
    for ask in (shop.anna.preview_return, shop.anna.return_order):
        with refused("feature_disabled", 403):
            await ask("R-1")
